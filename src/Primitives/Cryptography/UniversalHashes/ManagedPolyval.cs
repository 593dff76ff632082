using System.Runtime.Intrinsics;

namespace Tunic.Primitives.Cryptography;

/// <summary>
/// POLYVAL by ordinary multiplications: each factor is cut into four numbers with a bit in every fourth place, so that no carry reaches
/// a place that counts.
/// </summary>
internal static class ManagedPolyval
{
    private const int BlockLength = 16;
    private const ulong EveryFourth = 0x1111111111111111;

    public static Vector128<ulong> Add(Vector128<ulong> sum, Vector128<ulong> key, ReadOnlySpan<byte> bytes)
    {
        for (; bytes.Length >= BlockLength; bytes = bytes[BlockLength..])
        {
            sum = Dot(sum ^ Vector128.Create(bytes[..BlockLength]).AsUInt64(), key);
        }

        if (bytes.IsEmpty)
        {
            return sum;
        }

        Span<byte> last = stackalloc byte[BlockLength];
        last.Clear();
        bytes.CopyTo(last);
        sum = Dot(sum ^ Vector128.Create<byte>(last).AsUInt64(), key);
        last.Clear();
        return sum;
    }

    /// <summary>a b x^-128 modulo x^128 + x^127 + x^126 + x^121 + 1 (RFC 8452, section 3).</summary>
    public static Vector128<ulong> Dot(Vector128<ulong> a, Vector128<ulong> b)
    {
        ulong a0 = a[0], a1 = a[1], b0 = b[0], b1 = b[1];
        (ulong low1, ulong low0) = Multiply(a0, b0);
        (ulong high1, ulong high0) = Multiply(a1, b1);
        (ulong mid1, ulong mid0) = Multiply(a0 ^ a1, b0 ^ b1);
        mid0 ^= low0 ^ high0;
        mid1 ^= low1 ^ high1;

        ulong v0 = low0, v1 = low1 ^ mid0, v2 = high0 ^ mid1, v3 = high1;

        // Adding v0 (1 + x^121 + x^126 + x^127 + x^128) clears the lowest word, and likewise the next: Montgomery's reduction.
        v1 ^= (v0 << 63) ^ (v0 << 62) ^ (v0 << 57);
        v2 ^= v0 ^ (v0 >> 1) ^ (v0 >> 2) ^ (v0 >> 7);
        v2 ^= (v1 << 63) ^ (v1 << 62) ^ (v1 << 57);
        v3 ^= v1 ^ (v1 >> 1) ^ (v1 >> 2) ^ (v1 >> 7);
        return Vector128.Create(v2, v3);
    }

    /// <summary>The product of two polynomials of 64 bits; the upper half comes from the product of the mirrored factors.</summary>
    private static (ulong High, ulong Low) Multiply(ulong a, ulong b) =>
        (Mirror(MultiplyLow(Mirror(a), Mirror(b))) >> 1, MultiplyLow(a, b));

    private static ulong MultiplyLow(ulong a, ulong b)
    {
        ulong a0 = a & EveryFourth, a1 = a & (EveryFourth << 1), a2 = a & (EveryFourth << 2), a3 = a & (EveryFourth << 3);
        ulong b0 = b & EveryFourth, b1 = b & (EveryFourth << 1), b2 = b & (EveryFourth << 2), b3 = b & (EveryFourth << 3);
        ulong c0 = (a0 * b0) ^ (a1 * b3) ^ (a2 * b2) ^ (a3 * b1);
        ulong c1 = (a0 * b1) ^ (a1 * b0) ^ (a2 * b3) ^ (a3 * b2);
        ulong c2 = (a0 * b2) ^ (a1 * b1) ^ (a2 * b0) ^ (a3 * b3);
        ulong c3 = (a0 * b3) ^ (a1 * b2) ^ (a2 * b1) ^ (a3 * b0);
        return (c0 & EveryFourth) | (c1 & (EveryFourth << 1)) | (c2 & (EveryFourth << 2)) | (c3 & (EveryFourth << 3));
    }

    private static ulong Mirror(ulong x)
    {
        x = ((x & 0x5555555555555555) << 1) | ((x >> 1) & 0x5555555555555555);
        x = ((x & 0x3333333333333333) << 2) | ((x >> 2) & 0x3333333333333333);
        x = ((x & 0x0f0f0f0f0f0f0f0f) << 4) | ((x >> 4) & 0x0f0f0f0f0f0f0f0f);
        return System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(x);
    }
}
