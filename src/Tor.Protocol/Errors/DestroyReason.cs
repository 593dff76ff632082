namespace Tunic.Tor.Protocol.Errors;

/// <summary>Why a circuit ended: the byte of DESTROY and TRUNCATED (tor-spec, "Tearing down circuits").</summary>
public enum DestroyReason : byte
{
    /// <summary>No reason given; what the origin of a circuit always sends.</summary>
    None = 0,

    /// <summary>The peer broke the protocol.</summary>
    Protocol = 1,

    /// <summary>A fault inside the relay.</summary>
    Internal = 2,

    /// <summary>The client asked for it with TRUNCATE.</summary>
    Requested = 3,

    /// <summary>The relay is hibernating.</summary>
    Hibernating = 4,

    /// <summary>Out of memory, circuits or sockets.</summary>
    ResourceLimit = 5,

    /// <summary>The next relay could not be reached.</summary>
    ConnectFailed = 6,

    /// <summary>The next relay was reached and is somebody else.</summary>
    RelayIdentity = 7,

    /// <summary>The channel that carried the circuit closed.</summary>
    ChannelClosed = 8,

    /// <summary>The circuit has been dirty or old for too long.</summary>
    Finished = 9,

    /// <summary>Building the circuit took too long.</summary>
    Timeout = 10,

    /// <summary>The circuit was destroyed without its client asking.</summary>
    Destroyed = 11,

    /// <summary>No such onion service.</summary>
    NoSuchService = 12,
}
