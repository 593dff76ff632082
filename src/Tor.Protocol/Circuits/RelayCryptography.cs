namespace Tunic.Tor.Protocol.Circuits;

/// <summary>How the relay cells of one hop are encrypted and authenticated. Hops of one circuit may differ.</summary>
public enum RelayCryptography
{
    /// <summary>AES-128-CTR and a running SHA-1 (tor-spec, "Routing relay cells"). Relay cell format 0.</summary>
    Tor1,

    /// <summary>The same with AES-256-CTR and SHA3-256: between an onion service and its client (rend-spec-v3, "Key expansion").</summary>
    Tor1OnionService,

    /// <summary>Counter galois onion encryption (proposal 359; stock relay_crypto_cgo.c). Relay cell format 1.</summary>
    Cgo,
}
