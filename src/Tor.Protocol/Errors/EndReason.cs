namespace Tunic.Tor.Protocol.Errors;

/// <summary>Why a stream ended: the first byte of END (tor-spec, "Closing streams").</summary>
public enum EndReason : byte
{
    /// <summary>Anything else; the only reason a client sends.</summary>
    Misc = 1,

    /// <summary>The host name could not be resolved.</summary>
    ResolveFailed = 2,

    /// <summary>The target refused the connection.</summary>
    ConnectRefused = 3,

    /// <summary>The exit policy forbids the target; the address and a TTL may follow.</summary>
    ExitPolicy = 4,

    /// <summary>The circuit is being destroyed.</summary>
    Destroy = 5,

    /// <summary>The TCP connection was closed in good order.</summary>
    Done = 6,

    /// <summary>Connecting took too long.</summary>
    Timeout = 7,

    /// <summary>No route to the target.</summary>
    NoRoute = 8,

    /// <summary>The relay is hibernating.</summary>
    Hibernating = 9,

    /// <summary>A fault inside the relay.</summary>
    Internal = 10,

    /// <summary>The relay has no resources left for the stream.</summary>
    ResourceLimit = 11,

    /// <summary>The target reset the connection.</summary>
    ConnectionReset = 12,

    /// <summary>The peer broke the protocol.</summary>
    TorProtocol = 13,

    /// <summary>BEGIN_DIR to a relay that serves no directory.</summary>
    NotDirectory = 14,
}
