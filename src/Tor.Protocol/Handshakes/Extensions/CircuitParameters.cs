using Tunic.Tor.Protocol.Circuits;

namespace Tunic.Tor.Protocol.Handshakes.Extensions;

/// <summary>What both sides of a circuit handshake settled on for one hop.</summary>
/// <param name="Cryptography">How relay cells are encrypted; it also decides the relay cell format.</param>
/// <param name="CongestionControl">True: congestion control and XON/XOFF; false: fixed SENDME windows.</param>
/// <param name="SendmeIncrement">DATA cells per circuit SENDME under congestion control, 1 to 255; 0 without it.</param>
public sealed record CircuitParameters(RelayCryptography Cryptography, bool CongestionControl, byte SendmeIncrement)
{
    /// <summary>tor1 and fixed windows: what CREATE_FAST and ntor give, which negotiate nothing.</summary>
    public static CircuitParameters Unnegotiated { get; } = new(RelayCryptography.Tor1, CongestionControl: false, SendmeIncrement: 0);
}
