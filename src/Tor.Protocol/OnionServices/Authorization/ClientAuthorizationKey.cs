using System.Security.Cryptography;
using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Time;

namespace Tunic.Tor.Protocol.OnionServices.Authorization;

/// <summary>A client's X25519 key pair, which opens descriptors of a service that knows the public half. Dispose wipes the secret.</summary>
public sealed class ClientAuthorizationKey : IDisposable
{
    private readonly byte[] _privateKey = GC.AllocateArray<byte>(X25519.KeyLength, pinned: true);
    private readonly byte[] _publicKey = new byte[X25519.KeyLength];

    /// <param name="privateKey">32 bytes, which are copied.</param>
    /// <exception cref="ArgumentException">The key has another length.</exception>
    public ClientAuthorizationKey(ReadOnlySpan<byte> privateKey)
    {
        X25519.GetPublicKey(privateKey, _publicKey);
        privateKey.CopyTo(_privateKey);
    }

    /// <summary>What the service has to know, 32 bytes.</summary>
    public ReadOnlyMemory<byte> PublicKey => _publicKey;

    /// <summary>The secret, 32 bytes.</summary>
    internal ReadOnlySpan<byte> PrivateKey => _privateKey;

    /// <summary>Makes a new key.</summary>
    public static ClientAuthorizationKey Generate(RandomSource random)
    {
        Span<byte> privateKey = stackalloc byte[X25519.KeyLength];
        X25519.GeneratePrivateKey(random, privateKey);
        var key = new ClientAuthorizationKey(privateKey);
        CryptographicOperations.ZeroMemory(privateKey);
        return key;
    }

    /// <summary>A copy of the 32 bytes of the private key; secret, the caller wipes it.</summary>
    public byte[] ExportPrivateKey() => [.. _privateKey];

    /// <inheritdoc/>
    public void Dispose() => CryptographicOperations.ZeroMemory(_privateKey);
}
