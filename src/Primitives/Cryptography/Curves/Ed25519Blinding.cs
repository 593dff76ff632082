using System.Security.Cryptography;

namespace Tunic.Primitives.Cryptography;

/// <summary>Tor's key blinding: a key pair and a parameter give another key pair that cannot be linked to the first (rend-spec-v3, appendix A).</summary>
public static class Ed25519Blinding
{
    /// <summary>Length in bytes of a blinding parameter.</summary>
    public const int ParameterLength = 32;

    /// <summary>Blinds a public key. Variable time: key and parameter are known to every client.</summary>
    /// <param name="publicKey">32 bytes.</param>
    /// <param name="parameter">32 bytes, before clamping.</param>
    /// <param name="blinded">Receives 32 bytes; zeros when the result is false.</param>
    /// <returns>False when <paramref name="publicKey"/> is not a point.</returns>
    /// <exception cref="ArgumentException">A span has the wrong length.</exception>
    public static bool TryBlindPublicKey(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> parameter, Span<byte> blinded)
    {
        KeyLengths.Require(publicKey, Ed25519.PublicKeyLength, nameof(publicKey));
        KeyLengths.Require(blinded, Ed25519.PublicKeyLength, nameof(blinded));
        if (!EdwardsPoint.TryDecode(publicKey, out EdwardsPoint point))
        {
            blinded.Clear();
            return false;
        }

        Span<byte> factor = stackalloc byte[EdwardsScalar.Length];
        Span<byte> zero = stackalloc byte[EdwardsScalar.Length];
        zero.Clear();
        MakeFactor(parameter, factor);
        EdwardsScalarMultiplication.MultiplyAddBase(factor, point, zero).Encode(blinded);
        return true;
    }

    /// <summary>Blinds a public key that is known to be a point.</summary>
    /// <param name="publicKey">32 bytes.</param>
    /// <param name="parameter">32 bytes, before clamping.</param>
    /// <param name="blinded">Receives 32 bytes.</param>
    /// <exception cref="ArgumentException">A span has the wrong length, or the key is not a point.</exception>
    public static void BlindPublicKey(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> parameter, Span<byte> blinded)
    {
        if (!TryBlindPublicKey(publicKey, parameter, blinded))
        {
            throw new ArgumentException("is not a point of the curve", nameof(publicKey));
        }
    }

    /// <summary>Blinds an expanded key: the scalar times the parameter, and a new prefix from the old. Constant time.</summary>
    /// <param name="expanded">64 bytes; secret.</param>
    /// <param name="parameter">32 bytes, before clamping.</param>
    /// <param name="blindedExpanded">Receives 64 bytes; secret, the caller wipes it.</param>
    /// <exception cref="ArgumentException">A span has the wrong length.</exception>
    public static void BlindExpandedKey(ReadOnlySpan<byte> expanded, ReadOnlySpan<byte> parameter, Span<byte> blindedExpanded)
    {
        KeyLengths.Require(expanded, Ed25519.ExpandedKeyLength, nameof(expanded));
        KeyLengths.Require(blindedExpanded, Ed25519.ExpandedKeyLength, nameof(blindedExpanded));

        Span<byte> factor = stackalloc byte[EdwardsScalar.Length];
        MakeFactor(parameter, factor);
        ReadOnlySpan<byte> label = "Derive temporary signing key hash input"u8;
        Span<byte> prefixInput = stackalloc byte[label.Length + 32];
        label.CopyTo(prefixInput);
        expanded[32..].CopyTo(prefixInput[label.Length..]);
        Span<byte> hash = stackalloc byte[SHA512.HashSizeInBytes];
        SHA512.HashData(prefixInput, hash);

        EdwardsScalar.Multiply(expanded[..32], factor, blindedExpanded[..32]);
        hash[..32].CopyTo(blindedExpanded[32..]);
        CryptographicOperations.ZeroMemory(prefixInput);
        CryptographicOperations.ZeroMemory(hash);
    }

    /// <summary>Clamps the parameter as stock tor does (bit 255 cleared too) and reduces it.</summary>
    private static void MakeFactor(ReadOnlySpan<byte> parameter, Span<byte> factor)
    {
        KeyLengths.Require(parameter, ParameterLength, nameof(parameter));
        parameter.CopyTo(factor);
        factor[0] &= 248;
        factor[31] &= 63;
        factor[31] |= 64;
        EdwardsScalar.Reduce(factor, factor);
    }
}
