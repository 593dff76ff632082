namespace Tunic.Tor.Protocol.Streams.Rules;

/// <summary>Which end of a circuit we are.</summary>
public enum CircuitRole
{
    /// <summary>We made the circuit: client or onion service.</summary>
    Origin,

    /// <summary>We are a relay, and the message is meant for us.</summary>
    Relay,
}
