namespace Tunic.Tor.Protocol.Streams.Rules;

/// <summary>Which way a relay cell goes.</summary>
public enum RelayDirection
{
    /// <summary>Away from the origin.</summary>
    Forward,

    /// <summary>To the origin.</summary>
    Backward,
}
