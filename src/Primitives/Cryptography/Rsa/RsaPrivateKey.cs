using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Security.Cryptography;

namespace Tunic.Primitives.Cryptography;

/// <summary>
/// An RSA key pair that makes Tor's signatures: PKCS#1 v1.5 block type 1 around a bare digest, without a DigestInfo. Safe to use from
/// several threads; dispose, when nobody signs any more, wipes the key.
/// </summary>
public sealed class RsaPrivateKey : IDisposable
{
    private readonly byte[] _der;
    private readonly IRsaSigner _signer;
    private bool _disposed;

    private RsaPrivateKey(byte[] der, RsaPublicKey publicKey, IRsaSigner signer)
    {
        _der = der;
        PublicKey = publicKey;
        _signer = signer;
    }

    /// <summary>The public half; stays readable after dispose.</summary>
    public RsaPublicKey PublicKey { get; }

    /// <summary>Makes a new key with the exponent 65537, from the operating system's randomness.</summary>
    /// <param name="bits">Size of the modulus, 512 to 8192 and a multiple of 8. Tor's relay identity has 1024.</param>
    /// <exception cref="ArgumentOutOfRangeException">The size is outside the range.</exception>
    public static RsaPrivateKey Generate(int bits)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bits, RsaPkcs1.MinKeySizeBits);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bits, RsaPkcs1.MaxKeySizeBits);
        using var rsa = RSA.Create(bits);
        byte[] der = rsa.ExportRSAPrivateKey();
        bool parsed = TryParse(der, out RsaPrivateKey? key);
        CryptographicOperations.ZeroMemory(der);
        return parsed ? key! : throw new CryptographicException("the generated RSA key does not parse");
    }

    /// <summary>Reads a two-prime PKCS#1 RSAPrivateKey in strict DER (RFC 8017, appendix A.1.2).</summary>
    /// <param name="pkcs1Der">The whole structure and nothing after it; copied.</param>
    /// <param name="key">The key; null when the result is false.</param>
    /// <returns>False when the bytes are no such key, its numbers do not belong together, or its size is outside 512 to 8192 bits.</returns>
    public static bool TryParse(ReadOnlySpan<byte> pkcs1Der, [NotNullWhen(true)] out RsaPrivateKey? key) =>
        TryParse(pkcs1Der, CryptographyBackend.UsesNativeRsa, out key);

    internal static bool TryParse(ReadOnlySpan<byte> pkcs1Der, bool native, [NotNullWhen(true)] out RsaPrivateKey? key)
    {
        key = null;
        if (!RsaPkcs1.TryReadPrivateKey(pkcs1Der, out BigInteger[]? numbers) || !BelongTogether(numbers))
        {
            return false;
        }

        if (numbers[1] > int.MaxValue
            || !RsaPublicKey.TryParse(RsaPkcs1.WritePublicKey(numbers[0], (int)numbers[1]), out RsaPublicKey? publicKey))
        {
            return false;
        }

        byte[] der = GC.AllocateUninitializedArray<byte>(pkcs1Der.Length, pinned: true);
        pkcs1Der.CopyTo(der);
        IRsaSigner? signer = native ? LibCryptoRsaSigner.TryCreate(der) : new ManagedRsaSigner(numbers);
        if (signer is null)
        {
            CryptographicOperations.ZeroMemory(der);
            return false;
        }

        key = new RsaPrivateKey(der, publicKey, signer);
        return true;
    }

    /// <summary>Signs a bare digest; the same digest gives the same signature.</summary>
    /// <param name="rawDigest">At most the modulus's length less 11 bytes.</param>
    /// <returns>A new array as long as the modulus.</returns>
    /// <exception cref="ArgumentException">The digest is too long for the key.</exception>
    /// <exception cref="ObjectDisposedException">The key was wiped.</exception>
    public byte[] SignDigest(ReadOnlySpan<byte> rawDigest)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var signature = new byte[PublicKey.ModulusLength];
        if (rawDigest.Length > signature.Length - RsaPkcs1.PaddingOverhead)
        {
            throw new ArgumentException($"is longer than the {signature.Length - RsaPkcs1.PaddingOverhead} bytes that this key can sign", nameof(rawDigest));
        }

        _signer.Sign(rawDigest, signature);
        return signature;
    }

    /// <summary>A new array with the PKCS#1 RSAPrivateKey in DER; secret, the caller wipes it.</summary>
    /// <exception cref="ObjectDisposedException">The key was wiped.</exception>
    public byte[] ExportPkcs1Der()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return [.. _der];
    }

    /// <summary>Wipes the key. May be called again.</summary>
    public void Dispose()
    {
        _disposed = true;
        _signer.Dispose();
        CryptographicOperations.ZeroMemory(_der);
    }

    /// <summary>n, e, d, p, q, d mod p-1, d mod q-1, 1/q mod p: the relations of RFC 8017, section 3.2; the primes are not tested.</summary>
    private static bool BelongTogether(BigInteger[] numbers)
    {
        (BigInteger n, BigInteger e, BigInteger d, BigInteger p, BigInteger q) =
            (numbers[0], numbers[1], numbers[2], numbers[3], numbers[4]);
        return p > 1 && q > 1 && p * q == n
            && numbers[5] == d % (p - 1) && numbers[6] == d % (q - 1)
            && e * numbers[5] % (p - 1) == 1 && e * numbers[6] % (q - 1) == 1
            && numbers[7] < p && numbers[7] * q % p == 1;
    }
}
