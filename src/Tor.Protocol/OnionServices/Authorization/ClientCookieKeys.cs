using System.Security.Cryptography;
using Tunic.Primitives.Cryptography;
using Shake256 = Tunic.Primitives.Cryptography.Shake256;

namespace Tunic.Tor.Protocol.OnionServices.Authorization;

/// <summary>What a service and one of its clients share for one descriptor: the client's identifier and the key of its cookie. Dispose wipes both.</summary>
internal sealed class ClientCookieKeys : IDisposable
{
    private const int CookieKeyLength = 32;

    private readonly byte[] _stream = GC.AllocateArray<byte>(AuthorizedClient.IdLength + CookieKeyLength, pinned: true);

    private ClientCookieKeys()
    {
    }

    public ReadOnlySpan<byte> ClientId => _stream.AsSpan(0, AuthorizedClient.IdLength);

    /// <summary>Either side's keys: its own private key with the other's public one. Null when that has small order.</summary>
    public static ClientCookieKeys? Derive(Subcredential subcredential, ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> publicKey)
    {
        Span<byte> shared = stackalloc byte[X25519.KeyLength];
        ClientCookieKeys? keys = null;
        if (X25519.TryAgree(privateKey, publicKey, shared))
        {
            keys = new ClientCookieKeys();
            using var hash = new Shake256();
            hash.Absorb(subcredential.ToArray());
            hash.Absorb(shared);
            hash.Squeeze(keys._stream);
        }

        CryptographicOperations.ZeroMemory(shared);
        return keys;
    }

    /// <summary>Encrypts or decrypts a cookie.</summary>
    public void Transform(ReadOnlySpan<byte> iv, Span<byte> cookie)
    {
        using AesCtr cipher = AesCtr.Create(_stream.AsSpan(AuthorizedClient.IdLength), iv);
        cipher.Transform(cookie);
    }

    public void Dispose() => CryptographicOperations.ZeroMemory(_stream);
}
