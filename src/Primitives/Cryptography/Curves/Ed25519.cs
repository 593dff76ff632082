using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace Tunic.Primitives.Cryptography;

/// <summary>Ed25519 signatures (RFC 8032, section 5.1) over expanded keys, as Tor uses them. Signing takes constant time.</summary>
public static class Ed25519
{
    /// <summary>Length in bytes of a public key.</summary>
    public const int PublicKeyLength = 32;

    /// <summary>Length in bytes of the seed that RFC 8032 calls the private key.</summary>
    public const int SeedLength = 32;

    /// <summary>Length in bytes of an expanded key: the scalar, then the prefix that makes nonces.</summary>
    public const int ExpandedKeyLength = 64;

    /// <summary>Length in bytes of a signature: R, then S.</summary>
    public const int SignatureLength = 64;

    /// <summary>Expands a seed: SHA-512, then the scalar half clamped (RFC 8032, section 5.1.5).</summary>
    /// <param name="seed">32 bytes; secret.</param>
    /// <param name="expanded">Receives 64 bytes; secret, the caller wipes it.</param>
    /// <exception cref="ArgumentException">A span has the wrong length.</exception>
    public static void ExpandSeed(ReadOnlySpan<byte> seed, Span<byte> expanded)
    {
        KeyLengths.Require(seed, SeedLength, nameof(seed));
        KeyLengths.Require(expanded, ExpandedKeyLength, nameof(expanded));
        SHA512.HashData(seed, expanded);
        X25519.Clamp(expanded);
    }

    /// <summary>The public key of an expanded key: the scalar's multiple of the base point.</summary>
    /// <param name="expanded">64 bytes; the scalar is reduced, not clamped, so that blinded keys work.</param>
    /// <param name="publicKey">Receives 32 bytes.</param>
    /// <exception cref="ArgumentException">A span has the wrong length.</exception>
    public static void GetPublicKey(ReadOnlySpan<byte> expanded, Span<byte> publicKey)
    {
        KeyLengths.Require(expanded, ExpandedKeyLength, nameof(expanded));
        KeyLengths.Require(publicKey, PublicKeyLength, nameof(publicKey));
        Span<byte> scalar = stackalloc byte[EdwardsScalar.Length];
        EdwardsScalar.Reduce(expanded[..32], scalar);
        CryptographyBackend.Curves.MultiplyBase(scalar, publicKey);
        CryptographicOperations.ZeroMemory(scalar);
    }

    /// <summary>Signs a message of any length (RFC 8032, section 5.1.6). The same input gives the same signature.</summary>
    /// <param name="expanded">64 bytes; secret.</param>
    /// <param name="publicKey">32 bytes, the key that belongs to <paramref name="expanded"/>: another one would leak the secret.</param>
    /// <param name="message">What is signed.</param>
    /// <param name="signature">Receives 64 bytes. Must not overlap the inputs.</param>
    /// <exception cref="ArgumentException">A span has the wrong length.</exception>
    public static void Sign(ReadOnlySpan<byte> expanded, ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, Span<byte> signature)
    {
        KeyLengths.Require(expanded, ExpandedKeyLength, nameof(expanded));
        KeyLengths.Require(publicKey, PublicKeyLength, nameof(publicKey));
        KeyLengths.Require(signature, SignatureLength, nameof(signature));

        Span<byte> nonce = stackalloc byte[EdwardsScalar.Length];
        Span<byte> challenge = stackalloc byte[EdwardsScalar.Length];
        HashToScalar(expanded[32..], default, message, nonce);
        CryptographyBackend.Curves.MultiplyBase(nonce, signature[..32]);
        HashToScalar(signature[..32], publicKey, message, challenge);
        EdwardsScalar.MultiplyAdd(challenge, expanded[..32], nonce, signature[32..]);
        CryptographicOperations.ZeroMemory(nonce);
    }

    /// <summary>Verifies a signature by stock tor's rules; variable time, all inputs are public.</summary>
    /// <remarks>
    /// The rules are those of ed25519-donna and looser than RFC 8032 in three points: S need only be below 2^253 (not below L); a key
    /// of small order, or written non-canonically, is accepted; the equation is checked without the cofactor, against the bytes of R.
    /// Use <see cref="IsTorsionFree"/> where a key must have none of these freedoms.
    /// </remarks>
    /// <param name="publicKey">32 bytes; a key that is not a point makes every signature invalid.</param>
    /// <param name="message">What was signed.</param>
    /// <param name="signature">64 bytes.</param>
    /// <exception cref="ArgumentException">A key or signature has the wrong length.</exception>
    public static bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        KeyLengths.Require(publicKey, PublicKeyLength, nameof(publicKey));
        KeyLengths.Require(signature, SignatureLength, nameof(signature));
        return CryptographyBackend.Curves.Verify(publicKey, message, signature);
    }

    /// <summary>Verifies many signatures; false means that at least one is wrong, and not which.</summary>
    /// <remarks>
    /// Accepts exactly when <see cref="Verify"/> accepts every one. A random linear combination of the equations would not: it lets
    /// errors of small order cancel, so that what is valid would depend on chance, and with the tests that repair this it costs as
    /// much as single verification does.
    /// </remarks>
    /// <exception cref="ArgumentException">A key or signature has the wrong length.</exception>
    public static bool VerifyBatch(IReadOnlyList<Ed25519Signed> signed)
    {
        for (int i = 0; i < signed.Count; i++)
        {
            Ed25519Signed item = signed[i];
            if (!Verify(item.PublicKey.Span, item.Message.Span, item.Signature.Span))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>
    /// True for a point of the group of prime order other than the identity: what an onion service's key must be (rend-spec-v3,
    /// "Encoding onion addresses"). Variable time.
    /// </summary>
    /// <param name="publicKey">32 bytes; false when they are no point. Unlike stock tor, no way to write the identity is accepted.</param>
    /// <exception cref="ArgumentException">The span is not 32 bytes long.</exception>
    public static bool IsTorsionFree(ReadOnlySpan<byte> publicKey)
    {
        KeyLengths.Require(publicKey, PublicKeyLength, nameof(publicKey));
        if (!EdwardsPoint.TryDecode(publicKey, out EdwardsPoint point) || point.IsIdentity())
        {
            return false;
        }

        Span<byte> zero = stackalloc byte[EdwardsScalar.Length];
        zero.Clear();
        return EdwardsScalarMultiplication.MultiplyAddBase(EdwardsScalar.Order, point, zero).IsIdentity();
    }

    /// <summary>SHA-512 of the parts one after the other, reduced modulo L.</summary>
    [SkipLocalsInit]
    internal static void HashToScalar(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, ReadOnlySpan<byte> message, Span<byte> scalar)
    {
        const int MostOnStack = 512;
        Span<byte> hash = stackalloc byte[SHA512.HashSizeInBytes];
        int length = first.Length + second.Length + message.Length;
        if (length <= MostOnStack)
        {
            Span<byte> joined = stackalloc byte[MostOnStack];
            first.CopyTo(joined);
            second.CopyTo(joined[first.Length..]);
            message.CopyTo(joined[(first.Length + second.Length)..]);
            SHA512.HashData(joined[..length], hash);
            CryptographicOperations.ZeroMemory(joined[..first.Length]);
        }
        else
        {
            using var hasher = IncrementalHash.CreateHash(HashAlgorithmName.SHA512);
            hasher.AppendData(first);
            hasher.AppendData(second);
            hasher.AppendData(message);
            hasher.GetHashAndReset(hash);
        }

        EdwardsScalar.Reduce(hash, scalar);
        CryptographicOperations.ZeroMemory(hash);
    }
}
