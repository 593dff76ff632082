namespace Tunic.Tor.Protocol.Handshakes.Extensions;

/// <summary>What one side of a circuit handshake is able and willing to enable.</summary>
/// <param name="CongestionControl">The consensus parameter cc_alg and the configuration allow congestion control.</param>
/// <param name="SendmeIncrement">The consensus parameter cc_sendme_inc, DATA cells per SENDME: 1 to 255, default 31.</param>
/// <param name="Cgo">Counter galois onion encryption. It needs congestion control.</param>
public sealed record CircuitCapabilities(bool CongestionControl, byte SendmeIncrement, bool Cgo);
