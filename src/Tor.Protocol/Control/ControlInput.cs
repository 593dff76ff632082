namespace Tunic.Tor.Protocol.Control;

/// <summary>What <see cref="ControlCommandReader"/> found.</summary>
public enum ControlInput
{
    /// <summary>More bytes are needed.</summary>
    Incomplete,

    /// <summary>A command.</summary>
    Command,

    /// <summary>A command longer than the limit: nothing can be read any more.</summary>
    TooLong,

    /// <summary>The binary protocol of tor before 0.1.2: nothing can be read any more.</summary>
    Binary,

    /// <summary>A request of a web browser: nothing can be read any more.</summary>
    Http,
}
