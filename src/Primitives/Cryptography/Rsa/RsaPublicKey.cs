using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Security.Cryptography;
using Tunic.Primitives.Keys;

namespace Tunic.Primitives.Cryptography;

/// <summary>An RSA public key that checks Tor's signatures: PKCS#1 v1.5 block type 1 around a bare digest, without a DigestInfo. Immutable.</summary>
public sealed class RsaPublicKey : IEquatable<RsaPublicKey>
{
    private readonly byte[] _der;
    private readonly BigInteger _modulus;

    private RsaPublicKey(byte[] der, in BigInteger modulus, int exponent)
    {
        _der = der;
        _modulus = modulus;
        Exponent = exponent;
        KeySizeBits = (int)modulus.GetBitLength();
        Span<byte> digest = stackalloc byte[SHA1.HashSizeInBytes];
        SHA1.HashData(der, digest);
        Identity = new RsaIdentity(digest);
    }

    /// <summary>A new array with the PKCS#1 RSAPublicKey in DER (RFC 8017, appendix A.1.1).</summary>
    public byte[] Pkcs1Der => [.. _der];

    /// <summary>Bits of the modulus, 512 to 8192.</summary>
    public int KeySizeBits { get; }

    /// <summary>The public exponent, odd and at least 3. Tor's keys have 65537; whether others pass is for the caller to say.</summary>
    public int Exponent { get; }

    /// <summary>SHA-1 of the DER form: the fingerprint (tor-spec, "Keys and names").</summary>
    public RsaIdentity Identity { get; }

    /// <summary>Length in bytes of the modulus and of a signature.</summary>
    public int ModulusLength => (KeySizeBits + 7) / 8;

    /// <summary>Reads a PKCS#1 RSAPublicKey in strict DER.</summary>
    /// <param name="pkcs1Der">The whole structure and nothing after it.</param>
    /// <param name="key">The key; null when the result is false.</param>
    /// <returns>False when the bytes are no such key, or its size is outside 512 to 8192 bits.</returns>
    public static bool TryParse(ReadOnlySpan<byte> pkcs1Der, [NotNullWhen(true)] out RsaPublicKey? key)
    {
        if (!RsaPkcs1.TryReadPublicKey(pkcs1Der, out BigInteger modulus, out int exponent))
        {
            key = null;
            return false;
        }

        key = new RsaPublicKey(pkcs1Der.ToArray(), modulus, exponent);
        return true;
    }

    /// <summary>Checks a signature over a bare digest. Variable time: everything is public.</summary>
    /// <param name="rawDigest">The digest, 1 byte or more.</param>
    /// <param name="signature">At most <see cref="ModulusLength"/> bytes; leading zeros may be missing.</param>
    /// <returns>True when the signed bytes begin with the digest: as in stock tor, whatever the signer put behind it is ignored.</returns>
    /// <exception cref="ArgumentException">The digest is empty.</exception>
    public bool VerifyDigest(ReadOnlySpan<byte> rawDigest, ReadOnlySpan<byte> signature)
    {
        if (rawDigest.IsEmpty)
        {
            throw new ArgumentException("is empty", nameof(rawDigest));
        }

        Span<byte> signed = stackalloc byte[RsaPkcs1.MaxKeySizeBits / 8];
        return TryRecover(signature, signed, out int written) && signed[..written].StartsWith(rawDigest);
    }

    /// <summary>Recovers the bytes that a signature carries. Variable time: everything is public.</summary>
    /// <param name="signature">At most <see cref="ModulusLength"/> bytes; leading zeros may be missing.</param>
    /// <param name="destination">Room for the signed bytes: at most <see cref="ModulusLength"/> - 11.</param>
    /// <param name="written">Bytes written to the front of <paramref name="destination"/>.</param>
    /// <returns>False when the padding is wrong, the number is not below the modulus, or the destination is too short.</returns>
    public bool TryRecover(ReadOnlySpan<byte> signature, Span<byte> destination, out int written)
    {
        written = 0;
        if (signature.Length > ModulusLength)
        {
            return false;
        }

        var number = new BigInteger(signature, isUnsigned: true, isBigEndian: true);
        if (number >= _modulus)
        {
            return false;
        }

        Span<byte> block = stackalloc byte[RsaPkcs1.MaxKeySizeBits / 8];
        block = block[..ModulusLength];
        RsaNumbers.Write(BigInteger.ModPow(number, Exponent, _modulus), block);
        if (!RsaPkcs1.TryUnpad(block, out ReadOnlySpan<byte> payload) || !payload.TryCopyTo(destination))
        {
            return false;
        }

        written = payload.Length;
        return true;
    }

    /// <summary>The same modulus and exponent.</summary>
    public bool Equals(RsaPublicKey? other) => other is not null && _der.AsSpan().SequenceEqual(other._der);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as RsaPublicKey);

    /// <inheritdoc/>
    public override int GetHashCode() => Identity.GetHashCode();
}
