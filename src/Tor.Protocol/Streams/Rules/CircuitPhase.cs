namespace Tunic.Tor.Protocol.Streams.Rules;

/// <summary>Whether a circuit is being extended just now.</summary>
public enum CircuitPhase
{
    /// <summary>An EXTEND2 waits for its answer.</summary>
    Extending,

    /// <summary>No extension is under way.</summary>
    Open,
}
