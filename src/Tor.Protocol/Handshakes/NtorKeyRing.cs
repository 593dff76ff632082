using System.Security.Cryptography;
using Tunic.Primitives.Time;

namespace Tunic.Tor.Protocol.Handshakes;

/// <summary>The onion keys a relay answers to: its current one and those it replaced not long ago.</summary>
/// <remarks>
/// Immutable, so several threads may use it. The caller owns the key pairs and keeps them until the ring is out of use.
/// </remarks>
public sealed class NtorKeyRing : IDisposable
{
    private readonly NtorKeyPair[] _pairs;
    private readonly NtorKeyPair _junk;

    /// <summary>A ring of <paramref name="pairs"/>, in any order.</summary>
    /// <param name="random">Makes a key that nobody knows, used for a request to a key that is not in the ring.</param>
    /// <param name="pairs">The current pair, and earlier ones that clients may still ask for.</param>
    public NtorKeyRing(RandomSource random, params ReadOnlySpan<NtorKeyPair> pairs)
    {
        _pairs = pairs.ToArray();
        _junk = NtorKeyPair.Generate(random);
    }

    /// <summary>
    /// Copies the pair whose public key is <paramref name="wanted"/>, or the junk pair. Takes the same time for every
    /// key, so that nobody learns from it which onion keys a relay still holds.
    /// </summary>
    internal void Select(ReadOnlySpan<byte> wanted, Span<byte> privateKey, Span<byte> publicKey)
    {
        _junk.PrivateKey.CopyTo(privateKey);
        _junk.PublicKey.CopyTo(publicKey);
        foreach (NtorKeyPair pair in _pairs)
        {
            bool equal = CryptographicOperations.FixedTimeEquals(wanted, pair.PublicKey);
            int mask = -Convert.ToInt32(equal);
            CopyWhere(mask, pair.PrivateKey, privateKey);
            CopyWhere(mask, pair.PublicKey, publicKey);
        }
    }

    /// <summary>Wipes the junk key. The pairs stay as they are: they belong to the caller.</summary>
    public void Dispose() => _junk.Dispose();

    private static void CopyWhere(int mask, ReadOnlySpan<byte> source, Span<byte> destination)
    {
        for (int i = 0; i < destination.Length; i++)
        {
            destination[i] = (byte)(destination[i] ^ (mask & (source[i] ^ destination[i])));
        }
    }
}
