using System.Security.Cryptography;
using Tunic.Primitives.Time;

namespace Tunic.Primitives.Cryptography;

/// <summary>Diffie-Hellman on Curve25519 (RFC 7748, section 5), in constant time. The spans of one call must not overlap.</summary>
public static class X25519
{
    /// <summary>Length in bytes of a private key, a public key and a shared secret.</summary>
    public const int KeyLength = 32;

    /// <summary>Fills a new private key and clamps it, as stock tor stores it.</summary>
    /// <param name="random">Unpredictable, except in tests.</param>
    /// <param name="privateKey">Receives 32 bytes; secret, the caller wipes it.</param>
    /// <exception cref="ArgumentException">The span is not 32 bytes long.</exception>
    public static void GeneratePrivateKey(RandomSource random, Span<byte> privateKey)
    {
        KeyLengths.Require(privateKey, KeyLength, nameof(privateKey));
        random.Fill(privateKey);
        Clamp(privateKey);
    }

    /// <summary>The public key of a private key: its multiple of the base point u = 9.</summary>
    /// <param name="privateKey">32 bytes; clamped inside, so that any bytes are a key.</param>
    /// <param name="publicKey">Receives 32 bytes.</param>
    /// <exception cref="ArgumentException">A span is not 32 bytes long.</exception>
    public static void GetPublicKey(ReadOnlySpan<byte> privateKey, Span<byte> publicKey)
    {
        KeyLengths.Require(privateKey, KeyLength, nameof(privateKey));
        KeyLengths.Require(publicKey, KeyLength, nameof(publicKey));
        CryptographyBackend.Curves.X25519PublicKey(privateKey, publicKey);
    }

    /// <summary>Computes the shared secret.</summary>
    /// <param name="privateKey">32 bytes; clamped inside.</param>
    /// <param name="peerPublicKey">32 bytes; the top bit is ignored and a value of p or more is accepted, as RFC 7748 demands.</param>
    /// <param name="sharedSecret">Receives 32 bytes; secret, the caller wipes it.</param>
    /// <returns>False when the peer's key has small order, so that the result is all zeros: the handshake must fail.</returns>
    /// <exception cref="ArgumentException">A span is not 32 bytes long.</exception>
    public static bool TryAgree(ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> peerPublicKey, Span<byte> sharedSecret)
    {
        KeyLengths.Require(privateKey, KeyLength, nameof(privateKey));
        KeyLengths.Require(peerPublicKey, KeyLength, nameof(peerPublicKey));
        KeyLengths.Require(sharedSecret, KeyLength, nameof(sharedSecret));
        CryptographyBackend.Curves.X25519Agree(privateKey, peerPublicKey, sharedSecret);
        Span<byte> zero = stackalloc byte[KeyLength];
        zero.Clear();
        return !CryptographicOperations.FixedTimeEquals(sharedSecret, zero);
    }

    /// <summary>Clears the three low bits and the top bit, sets bit 254 (RFC 7748, section 5).</summary>
    internal static void Clamp(Span<byte> scalar)
    {
        scalar[0] &= 248;
        scalar[31] &= 127;
        scalar[31] |= 64;
    }
}
