using System.Security.Cryptography;

namespace Tunic.Tor.Protocol.Handshakes;

/// <summary>What both sides of CREATE_FAST compute from X and Y (tor-spec, "CREATE_FAST/CREATED_FAST cells").</summary>
internal static class CreateFastKeySchedule
{
    public const int NonceLength = 20;

    /// <summary>
    /// KDF-TOR yields KH first and the keys after it. The output has KH last, as the other handshakes have it, so that
    /// whoever makes a hop of it need not know which handshake was used.
    /// </summary>
    public static void Derive(ReadOnlySpan<byte> x, ReadOnlySpan<byte> y, Span<byte> keyMaterial)
    {
        Span<byte> secret = stackalloc byte[2 * NonceLength];
        x.CopyTo(secret);
        y.CopyTo(secret[NonceLength..]);
        var derived = new byte[keyMaterial.Length];
        KdfTor.Derive(secret, derived);
        derived.AsSpan(NonceLength).CopyTo(keyMaterial);
        derived.AsSpan(0, NonceLength).CopyTo(keyMaterial[^NonceLength..]);
        CryptographicOperations.ZeroMemory(derived);
        CryptographicOperations.ZeroMemory(secret);
    }
}
