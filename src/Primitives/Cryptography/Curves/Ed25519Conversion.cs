using System.Security.Cryptography;

namespace Tunic.Primitives.Cryptography;

/// <summary>Turns an X25519 key pair into the Ed25519 key pair that signs for it (dir-spec, appendix "Converting a curve25519 public key to an ed25519 public key").</summary>
public static class Ed25519Conversion
{
    /// <summary>The Ed25519 public key with y = (u - 1) / (u + 1).</summary>
    /// <param name="x25519Public">32 bytes; the top bit is ignored.</param>
    /// <param name="signBit">The parity of x, 0 or 1: two keys share each u.</param>
    /// <param name="ed25519Public">Receives 32 bytes. Nobody has checked that they are a point.</param>
    /// <exception cref="ArgumentException">A span has the wrong length.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The sign bit is not 0 or 1.</exception>
    public static void PublicFromX25519(ReadOnlySpan<byte> x25519Public, int signBit, Span<byte> ed25519Public)
    {
        KeyLengths.Require(x25519Public, X25519.KeyLength, nameof(x25519Public));
        KeyLengths.Require(ed25519Public, Ed25519.PublicKeyLength, nameof(ed25519Public));
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)signBit, 1u, nameof(signBit));
        FieldElement u = FieldElement.Read(x25519Public);
        ((u - FieldElement.One) * (u + FieldElement.One).Invert()).Write(ed25519Public);
        ed25519Public[31] |= (byte)(signBit << 7);
    }

    /// <summary>The expanded Ed25519 key of an X25519 private key: the same scalar, and a prefix hashed from it.</summary>
    /// <param name="x25519Private">32 bytes; secret; clamped inside.</param>
    /// <param name="expanded">Receives 64 bytes; secret, the caller wipes it.</param>
    /// <param name="signBit">The sign bit to publish beside the X25519 key, 0 or 1.</param>
    /// <exception cref="ArgumentException">A span has the wrong length.</exception>
    public static void ExpandedFromX25519Private(ReadOnlySpan<byte> x25519Private, Span<byte> expanded, out int signBit)
    {
        KeyLengths.Require(x25519Private, X25519.KeyLength, nameof(x25519Private));
        KeyLengths.Require(expanded, Ed25519.ExpandedKeyLength, nameof(expanded));

        // Stock tor hashes the terminating zero of its label too.
        ReadOnlySpan<byte> label = "Derive high part of ed25519 key from curve25519 key\0"u8;
        Span<byte> prefixInput = stackalloc byte[32 + label.Length];
        x25519Private.CopyTo(prefixInput);
        X25519.Clamp(prefixInput);
        label.CopyTo(prefixInput[32..]);
        Span<byte> hash = stackalloc byte[SHA512.HashSizeInBytes];
        SHA512.HashData(prefixInput, hash);
        prefixInput[..32].CopyTo(expanded);
        hash[..32].CopyTo(expanded[32..]);
        CryptographicOperations.ZeroMemory(prefixInput);
        CryptographicOperations.ZeroMemory(hash);

        Span<byte> publicKey = stackalloc byte[Ed25519.PublicKeyLength];
        Ed25519.GetPublicKey(expanded, publicKey);
        signBit = publicKey[31] >> 7;
    }
}
