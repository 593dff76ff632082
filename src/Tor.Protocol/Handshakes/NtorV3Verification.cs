namespace Tunic.Tor.Protocol.Handshakes;

/// <summary>
/// Verification strings of ntor-v3: what the handshake is for. Both sides must name the same, so that a handshake made
/// for one purpose is worthless for another (proposal 332, "Handshake basics").
/// </summary>
public static class NtorV3Verification
{
    /// <summary>Creating and extending circuits. The value stands in stock tor only, not in the proposal.</summary>
    public static ReadOnlySpan<byte> CircuitExtend => "circuit extend"u8;
}
