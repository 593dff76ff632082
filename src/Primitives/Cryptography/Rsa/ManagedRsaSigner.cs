using System.Numerics;
using System.Security.Cryptography;

namespace Tunic.Primitives.Cryptography;

/// <summary>
/// RSA signatures by <see cref="BigInteger"/>: two half-size powers (RFC 8017, section 5.2.1), with a blinded base because the powers
/// take a time that depends on it. Its numbers cannot be wiped. Used only where libcrypto is missing.
/// </summary>
internal sealed class ManagedRsaSigner(BigInteger[] numbers) : IRsaSigner
{
    private readonly BigInteger _n = numbers[0];
    private readonly BigInteger _e = numbers[1];
    private readonly BigInteger _p = numbers[3];
    private readonly BigInteger _q = numbers[4];
    private readonly BigInteger _dP = numbers[5];
    private readonly BigInteger _dQ = numbers[6];
    private readonly BigInteger _qInverse = numbers[7];

    public void Sign(ReadOnlySpan<byte> rawDigest, Span<byte> signature)
    {
        RsaPkcs1.Pad(rawDigest, signature);
        var message = new BigInteger(signature, isUnsigned: true, isBigEndian: true);

        BigInteger blinder = RandomUnit(out BigInteger unblinder);
        BigInteger blinded = message * BigInteger.ModPow(blinder, _e, _n) % _n;
        BigInteger m1 = BigInteger.ModPow(blinded, _dP, _p);
        BigInteger m2 = BigInteger.ModPow(blinded, _dQ, _q);
        BigInteger h = (m1 - m2) * _qInverse % _p;
        if (h.Sign < 0)
        {
            h += _p;
        }

        BigInteger result = (m2 + (h * _q)) * unblinder % _n;

        // A fault in one half would give away a prime, so nothing wrong may leave.
        if (BigInteger.ModPow(result, _e, _n) != message)
        {
            signature.Clear();
            throw new CryptographicException("the RSA signature does not verify");
        }

        RsaNumbers.Write(result, signature);
    }

    public void Dispose()
    {
    }

    /// <summary>A random number prime to the modulus, and its inverse.</summary>
    private BigInteger RandomUnit(out BigInteger inverse)
    {
        Span<byte> bytes = stackalloc byte[RsaPkcs1.MaxKeySizeBits / 8];
        bytes = bytes[..(_n.GetByteCount(isUnsigned: true) - 1)];
        while (true)
        {
            RandomNumberGenerator.Fill(bytes);
            var candidate = new BigInteger(bytes, isUnsigned: true, isBigEndian: true);
            if (TryInvert(candidate, _n, out inverse))
            {
                CryptographicOperations.ZeroMemory(bytes);
                return candidate;
            }
        }
    }

    /// <summary>The inverse by Euclid's extended algorithm.</summary>
    private static bool TryInvert(BigInteger value, BigInteger modulus, out BigInteger inverse)
    {
        BigInteger previous = modulus, current = value;
        BigInteger previousFactor = BigInteger.Zero, factor = BigInteger.One;
        while (!current.IsZero)
        {
            BigInteger quotient = BigInteger.DivRem(previous, current, out BigInteger rest);
            (previous, current) = (current, rest);
            (previousFactor, factor) = (factor, previousFactor - (quotient * factor));
        }

        inverse = previousFactor.Sign < 0 ? previousFactor + modulus : previousFactor;
        return previous.IsOne;
    }
}
