using System.Security.Cryptography;
using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Time;

namespace Tunic.Tor.Protocol.Handshakes;

/// <summary>A Curve25519 key pair of ntor and ntor-v3: a relay's onion key, or one side's key for one handshake.</summary>
/// <remarks>Immutable until disposed, so several threads may use it. Dispose wipes the private key.</remarks>
public sealed class NtorKeyPair : IDisposable
{
    /// <summary>Length of either key in bytes.</summary>
    public const int KeyLength = X25519.KeyLength;

    private readonly byte[] _privateKey = GC.AllocateArray<byte>(KeyLength, pinned: true);
    private readonly byte[] _publicKey = new byte[KeyLength];

    private NtorKeyPair()
    {
    }

    /// <summary>The public key, <see cref="KeyLength"/> bytes.</summary>
    public ReadOnlySpan<byte> PublicKey => _publicKey;

    internal ReadOnlySpan<byte> PrivateKey => _privateKey;

    /// <summary>A new key pair.</summary>
    public static NtorKeyPair Generate(RandomSource random)
    {
        var pair = new NtorKeyPair();
        X25519.GeneratePrivateKey(random, pair._privateKey);
        X25519.GetPublicKey(pair._privateKey, pair._publicKey);
        return pair;
    }

    /// <summary>The pair of a stored private key, which is copied.</summary>
    /// <exception cref="ArgumentException">The span is not <see cref="KeyLength"/> bytes long.</exception>
    public static NtorKeyPair FromPrivateKey(ReadOnlySpan<byte> privateKey)
    {
        if (privateKey.Length != KeyLength)
        {
            throw new ArgumentException($"needs {KeyLength} bytes, not {privateKey.Length}", nameof(privateKey));
        }

        var pair = new NtorKeyPair();
        privateKey.CopyTo(pair._privateKey);
        X25519.GetPublicKey(pair._privateKey, pair._publicKey);
        return pair;
    }

    /// <summary>Copies the private key, to store it. The caller wipes the copy.</summary>
    public void CopyPrivateKeyTo(Span<byte> destination) => _privateKey.CopyTo(destination);

    /// <inheritdoc/>
    public void Dispose() => CryptographicOperations.ZeroMemory(_privateKey);
}
