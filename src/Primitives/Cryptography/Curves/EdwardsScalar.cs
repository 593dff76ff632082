using System.Buffers.Binary;

namespace Tunic.Primitives.Cryptography;

/// <summary>Integers modulo L, the order of the base point of edwards25519 (RFC 8032, section 5.1), as 32 bytes little-endian; constant time.</summary>
internal static class EdwardsScalar
{
    public const int Length = 32;

    private static ReadOnlySpan<ulong> L => [0x5812631a5cf5d3ed, 0x14def9dea2f79cd6, 0, 0x1000000000000000, 0];

    // floor(2^512 / L), for Barrett's reduction with 64-bit digits.
    private static ReadOnlySpan<ulong> Reciprocal =>
        [0xed9ce5a30a2c131b, 0x2106215d086329a7, 0xffffffffffffffeb, 0xffffffffffffffff, 0xf];

    /// <summary>L itself, 32 bytes little-endian.</summary>
    public static ReadOnlySpan<byte> Order =>
    [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];

    /// <summary>Reduces 32 or 64 bytes. The spans may be the same.</summary>
    public static void Reduce(ReadOnlySpan<byte> wide, Span<byte> result)
    {
        Span<ulong> digits = stackalloc ulong[8];
        digits.Clear();
        Read(wide, digits);
        ReduceDigits(digits, result);
    }

    /// <summary>a b + c. The spans may be the same.</summary>
    public static void MultiplyAdd(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, ReadOnlySpan<byte> c, Span<byte> result)
    {
        Span<ulong> left = stackalloc ulong[4];
        Span<ulong> right = stackalloc ulong[4];
        Span<ulong> addend = stackalloc ulong[8];
        Span<ulong> product = stackalloc ulong[8];
        Read(a, left);
        Read(b, right);
        addend.Clear();
        Read(c[..Length], addend);
        Multiply(left, right, product);

        ulong carry = 0;
        for (int i = 0; i < 8; i++)
        {
            product[i] = Add(product[i], addend[i], ref carry); // stays below 2^512: factors and addend are below 2^256
        }

        ReduceDigits(product, result);
        left.Clear();
        right.Clear();
        addend.Clear();
    }

    /// <summary>a b. The spans may be the same.</summary>
    public static void Multiply(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, Span<byte> result)
    {
        Span<byte> zero = stackalloc byte[Length];
        zero.Clear();
        MultiplyAdd(a, b, zero, result);
    }

    /// <summary>Barrett's reduction (Handbook of Applied Cryptography, algorithm 14.42) of eight digits, which are wiped.</summary>
    private static void ReduceDigits(Span<ulong> x, Span<byte> result)
    {
        Span<ulong> estimate = stackalloc ulong[10];
        Multiply(x[3..], Reciprocal, estimate);
        Span<ulong> multiple = stackalloc ulong[10];
        Multiply(estimate[5..], L, multiple);

        // The estimate is at most two too small, so that x - estimate L is below 3 L: five digits decide.
        Span<ulong> rest = stackalloc ulong[5];
        Subtract(x[..5], multiple[..5], rest);
        SubtractOrderIfNotBelow(rest);
        SubtractOrderIfNotBelow(rest);
        for (int i = 0; i < 4; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(result[(8 * i)..], rest[i]);
        }

        x.Clear();
        estimate.Clear();
        multiple.Clear();
        rest.Clear();
    }

    private static void SubtractOrderIfNotBelow(Span<ulong> value)
    {
        Span<ulong> difference = stackalloc ulong[5];
        ulong below = 0 - Subtract(value, L, difference);
        for (int i = 0; i < 5; i++)
        {
            value[i] = (value[i] & below) | (difference[i] & ~below);
        }

        difference.Clear();
    }

    /// <returns>The borrow, 0 or 1.</returns>
    private static ulong Subtract(ReadOnlySpan<ulong> a, ReadOnlySpan<ulong> b, Span<ulong> result)
    {
        ulong borrow = 0;
        for (int i = 0; i < result.Length; i++)
        {
            ulong difference = a[i] - b[i] - borrow;
            borrow = ((~a[i] & b[i]) | (~(a[i] ^ b[i]) & difference)) >> 63;
            result[i] = difference;
        }

        return borrow;
    }

    private static void Multiply(ReadOnlySpan<ulong> a, ReadOnlySpan<ulong> b, Span<ulong> product)
    {
        product.Clear();
        for (int i = 0; i < a.Length; i++)
        {
            ulong carry = 0;
            for (int j = 0; j < b.Length; j++)
            {
                ulong high = Math.BigMul(a[i], b[j], out ulong low);
                ulong first = 0;
                ulong second = 0;
                low = Add(low, product[i + j], ref first);
                product[i + j] = Add(low, carry, ref second);
                carry = high + first + second;
            }

            product[i + b.Length] = carry;
        }
    }

    /// <summary>Adds with carry by bit logic: a comparison might be compiled to a branch on a secret.</summary>
    private static ulong Add(ulong a, ulong b, ref ulong carry)
    {
        ulong sum = a + b + carry;
        carry = ((a & b) | ((a | b) & ~sum)) >> 63;
        return sum;
    }

    private static void Read(ReadOnlySpan<byte> bytes, Span<ulong> digits)
    {
        for (int i = 0; 8 * i < bytes.Length; i++)
        {
            digits[i] = BinaryPrimitives.ReadUInt64LittleEndian(bytes[(8 * i)..]);
        }
    }
}
