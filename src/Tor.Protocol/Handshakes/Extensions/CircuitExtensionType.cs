namespace Tunic.Tor.Protocol.Handshakes.Extensions;

/// <summary>Types of the extensions that travel inside ntor-v3 when a circuit is made (proposals 324 and 346; stock onion_crypto.c).</summary>
public enum CircuitExtensionType : byte
{
    /// <summary>The client asks for congestion control (proposal 324, "Negotiation").</summary>
    CongestionControlRequest = 1,

    /// <summary>The relay agrees to congestion control, and says how often SENDMEs come.</summary>
    CongestionControlResponse = 2,

    /// <summary>The client lists protocol versions that the relay must enable (proposal 346).</summary>
    SubprotocolRequest = 3,
}
