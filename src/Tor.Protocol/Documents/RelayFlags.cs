namespace Tunic.Tor.Protocol.Documents;

/// <summary>What the authorities say of a relay: the words of the <c>s</c> line (dir-spec, "Assigning flags in a vote").</summary>
[Flags]
public enum RelayFlags
{
    /// <summary>No flag, or only unknown ones.</summary>
    None = 0,

    /// <summary>The relay is a directory authority.</summary>
    Authority = 1 << 0,

    /// <summary>Not to be used as an exit.</summary>
    BadExit = 1 << 1,

    /// <summary>Useful as an exit.</summary>
    Exit = 1 << 2,

    /// <summary>Fit for high-bandwidth circuits.</summary>
    Fast = 1 << 3,

    /// <summary>Fit as an entry guard.</summary>
    Guard = 1 << 4,

    /// <summary>Stores onion service descriptors.</summary>
    HSDir = 1 << 5,

    /// <summary>To be used only in the middle of a circuit.</summary>
    MiddleOnly = 1 << 6,

    /// <summary>The authorities do not agree on the relay's Ed25519 identity.</summary>
    NoEdConsensus = 1 << 7,

    /// <summary>Reachable now.</summary>
    Running = 1 << 8,

    /// <summary>Fit for long-lived circuits.</summary>
    Stable = 1 << 9,

    /// <summary>Its descriptor is old: the relay should publish a new one.</summary>
    StaleDesc = 1 << 10,

    /// <summary>Too many relays share its address.</summary>
    Sybil = 1 << 11,

    /// <summary>Answers directory requests over circuits.</summary>
    V2Dir = 1 << 12,

    /// <summary>The authorities accept it.</summary>
    Valid = 1 << 13,
}
