using Tunic.Tor.Protocol.Cells;

namespace Tunic.Tor.Protocol.Circuits;

/// <summary>Makes a hop's state from what a handshake derived, and says how much of it is needed.</summary>
public static class HopCiphers
{
    /// <summary>Bytes of KH, the nonce that ties an ESTABLISH_INTRO message to its circuit. Handshakes put it last.</summary>
    public const int NonceLength = 20;

    /// <summary>Most bytes of a tag, of any kind of hop.</summary>
    public const int MaxTagLength = Tor1Direction.TagLength;

    /// <summary>Bytes of keys that a hop takes: tor1 72, tor1 of onion services 128, CGO 160.</summary>
    public static int CipherKeyLength(RelayCryptography kind) => kind switch
    {
        RelayCryptography.Tor1 => Tor1KeyMaterial.OfRelay.Length,
        RelayCryptography.Tor1OnionService => Tor1KeyMaterial.OfOnionService.Length,
        RelayCryptography.Cgo => 2 * CgoDirection.KeyMaterialLength,
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    /// <summary>Bytes to ask a handshake for: the keys and then KH. The handshake of onion services yields no KH.</summary>
    public static int KeyMaterialLength(RelayCryptography kind) =>
        CipherKeyLength(kind) + (kind == RelayCryptography.Tor1OnionService ? 0 : NonceLength);

    /// <summary>KH: the last <see cref="NonceLength"/> bytes of what a circuit handshake derived.</summary>
    public static ReadOnlySpan<byte> Nonce(ReadOnlySpan<byte> keyMaterial) => keyMaterial[^NonceLength..];

    /// <summary>The client's side of a hop; of <see cref="RelayCryptography.Tor1OnionService"/>, the end that is the client.</summary>
    /// <param name="kind">What the handshake settled on.</param>
    /// <param name="keyMaterial">At least <see cref="CipherKeyLength"/> bytes; the rest is ignored. The caller wipes it.</param>
    /// <exception cref="ArgumentException">The key material is too short.</exception>
    public static ClientHopCipher CreateClient(RelayCryptography kind, ReadOnlySpan<byte> keyMaterial) => kind switch
    {
        RelayCryptography.Tor1 => new Tor1ClientHopCipher(keyMaterial),
        RelayCryptography.Tor1OnionService => Tor1ClientHopCipher.CreateToOnionService(keyMaterial),
        RelayCryptography.Cgo => new CgoClientHopCipher(keyMaterial),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    /// <summary>
    /// The onion service's end of a <see cref="RelayCryptography.Tor1OnionService"/> hop. The service built the circuit on
    /// its side, so for it too the peer is the last of its hops, behind the rendezvous point.
    /// </summary>
    /// <param name="keyMaterial">At least 128 bytes; the rest is ignored. The caller wipes it.</param>
    /// <exception cref="ArgumentException">The key material is too short.</exception>
    public static ClientHopCipher CreateAtOnionService(ReadOnlySpan<byte> keyMaterial) =>
        Tor1ClientHopCipher.CreateAtOnionService(keyMaterial);

    /// <summary>The relay's side of a hop.</summary>
    /// <param name="kind">What the handshake settled on. No relay has a hop of an onion service.</param>
    /// <param name="keyMaterial">At least <see cref="CipherKeyLength"/> bytes; the rest is ignored. The caller wipes it.</param>
    /// <exception cref="ArgumentException">The key material is too short.</exception>
    public static RelayHopCipher CreateRelay(RelayCryptography kind, ReadOnlySpan<byte> keyMaterial) => kind switch
    {
        RelayCryptography.Tor1 => new Tor1RelayHopCipher(keyMaterial),
        RelayCryptography.Cgo => new CgoRelayHopCipher(keyMaterial),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    internal static void RequireLength(ReadOnlySpan<byte> keyMaterial, int length)
    {
        if (keyMaterial.Length < length)
        {
            throw new ArgumentException($"needs {length} bytes of key material, not {keyMaterial.Length}", nameof(keyMaterial));
        }
    }

    internal static void RequireCellBody(ReadOnlySpan<byte> payload)
    {
        if (payload.Length != Cell.BodyLength)
        {
            throw new ArgumentException($"a cell body has {Cell.BodyLength} bytes, not {payload.Length}", nameof(payload));
        }
    }
}
