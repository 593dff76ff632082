namespace Tunic.Tor.Protocol.Streams.Rules;

/// <summary>What becomes of a relay message that was recognised.</summary>
public enum RelayMessageVerdict
{
    /// <summary>It goes on to whoever handles its command.</summary>
    Accept,

    /// <summary>It is dropped. Only relays ever do that: nobody gains a signal from what a client sends itself.</summary>
    Ignore,

    /// <summary>The circuit ends with reason PROTOCOL.</summary>
    CloseCircuit,
}
