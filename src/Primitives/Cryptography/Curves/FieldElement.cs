using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Tunic.Primitives.Cryptography;

/// <summary>An integer modulo p = 2^255 - 19 in five limbs of 51 bits. Every operation takes the same time for all values.</summary>
/// <remarks>
/// Limbs may exceed 51 bits between reductions. A product or square has limbs below 2^51 + 2^18 ("tight"); a sum of two tight values
/// stays below 2^52.1, a difference below 2^53.8. Factors must have limbs below 2^54. The right side of a difference must be below
/// 2^53 - 76: a tight value or the sum of two, never another difference.
/// </remarks>
internal readonly struct FieldElement
{
    private const ulong Mask = (1UL << 51) - 1;

    private readonly ulong _0;
    private readonly ulong _1;
    private readonly ulong _2;
    private readonly ulong _3;
    private readonly ulong _4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public FieldElement(ulong limb0, ulong limb1 = 0, ulong limb2 = 0, ulong limb3 = 0, ulong limb4 = 0)
    {
        _0 = limb0;
        _1 = limb1;
        _2 = limb2;
        _3 = limb3;
        _4 = limb4;
    }

    public static FieldElement One => new(1);

    /// <summary>A square root of -1.</summary>
    public static FieldElement SquareRootOfMinusOne =>
        new(0x61b274a0ea0b0, 0xd5a5fc8f189d, 0x7ef5e9cbd0c60, 0x78595a6804c9e, 0x2b8324804fc1d);

    /// <summary>Reads 32 little-endian bytes; the top bit is ignored, and a value of p or more is accepted.</summary>
    public static FieldElement Read(ReadOnlySpan<byte> bytes)
    {
        ulong a = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        ulong b = BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]);
        ulong c = BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]);
        ulong d = BinaryPrimitives.ReadUInt64LittleEndian(bytes[24..]);
        return new FieldElement(
            a & Mask,
            ((a >> 51) | (b << 13)) & Mask,
            ((b >> 38) | (c << 26)) & Mask,
            ((c >> 25) | (d << 39)) & Mask,
            (d >> 12) & Mask);
    }

    /// <summary>Writes the one representative below p as 32 little-endian bytes.</summary>
    public void Write(Span<byte> bytes)
    {
        FieldElement t = Carry().Carry(); // limbs below 2^51 + 1, so the value is below 2p

        // The value is at least p exactly when adding 19 carries out of bit 255.
        ulong q = (t._0 + 19) >> 51;
        q = (t._1 + q) >> 51;
        q = (t._2 + q) >> 51;
        q = (t._3 + q) >> 51;
        q = (t._4 + q) >> 51;

        ulong limb0 = t._0 + (19 * q);
        ulong limb1 = t._1 + (limb0 >> 51);
        ulong limb2 = t._2 + (limb1 >> 51);
        ulong limb3 = t._3 + (limb2 >> 51);
        ulong limb4 = t._4 + (limb3 >> 51);
        limb0 &= Mask;
        limb1 &= Mask;
        limb2 &= Mask;
        limb3 &= Mask;
        limb4 &= Mask;

        BinaryPrimitives.WriteUInt64LittleEndian(bytes, limb0 | (limb1 << 51));
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[8..], (limb1 >> 13) | (limb2 << 38));
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[16..], (limb2 >> 26) | (limb3 << 25));
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[24..], (limb3 >> 39) | (limb4 << 12));
    }

    /// <summary>1 when the representative below p is odd ("negative" in RFC 8032), otherwise 0.</summary>
    public int Parity()
    {
        Span<byte> bytes = stackalloc byte[32];
        Write(bytes);
        return bytes[0] & 1;
    }

    public bool IsZero()
    {
        Span<byte> bytes = stackalloc byte[32];
        Write(bytes);
        return (BinaryPrimitives.ReadUInt64LittleEndian(bytes)
            | BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..])
            | BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..])
            | BinaryPrimitives.ReadUInt64LittleEndian(bytes[24..])) == 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FieldElement operator +(in FieldElement a, in FieldElement b) =>
        new(a._0 + b._0, a._1 + b._1, a._2 + b._2, a._3 + b._3, a._4 + b._4);

    /// <summary>Adds 4p first, so that no limb goes below zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FieldElement operator -(in FieldElement a, in FieldElement b) => new(
        a._0 + ((1UL << 53) - 76) - b._0,
        a._1 + ((1UL << 53) - 4) - b._1,
        a._2 + ((1UL << 53) - 4) - b._2,
        a._3 + ((1UL << 53) - 4) - b._3,
        a._4 + ((1UL << 53) - 4) - b._4);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FieldElement operator -(in FieldElement a) => default(FieldElement) - a;

    /// <remarks>
    /// Each product of limbs is split at bit 51, so that both parts can be summed in 64 bits without a carry: the factors are shifted by
    /// 13 places together, which puts that bit at the border of the two words of the product.
    /// </remarks>
    [SkipLocalsInit]
    public static FieldElement operator *(in FieldElement a, in FieldElement b)
    {
        ulong a0 = a._0 << 6, a1 = a._1 << 6, a2 = a._2 << 6, a3 = a._3 << 6, a4 = a._4 << 6;
        ulong b0 = b._0 << 7, b1 = b._1 << 7, b2 = b._2 << 7, b3 = b._3 << 7, b4 = b._4 << 7;
        ulong c0 = Low(a0, b0);
        ulong c1 = High(a0, b0) + Low(a0, b1) + Low(a1, b0);
        ulong c2 = High(a0, b1) + Low(a0, b2) + High(a1, b0) + Low(a1, b1) + Low(a2, b0);
        ulong c3 = High(a0, b2) + Low(a0, b3) + High(a1, b1) + Low(a1, b2) + High(a2, b0) + Low(a2, b1) + Low(a3, b0);
        ulong c4 = High(a0, b3) + Low(a0, b4) + High(a1, b2) + Low(a1, b3) + High(a2, b1) + Low(a2, b2) + High(a3, b0)
            + Low(a3, b1) + Low(a4, b0);
        ulong c5 = High(a0, b4) + High(a1, b3) + Low(a1, b4) + High(a2, b2) + Low(a2, b3) + High(a3, b1) + Low(a3, b2)
            + High(a4, b0) + Low(a4, b1);
        ulong c6 = High(a1, b4) + High(a2, b3) + Low(a2, b4) + High(a3, b2) + Low(a3, b3) + High(a4, b1) + Low(a4, b2);
        ulong c7 = High(a2, b4) + High(a3, b3) + Low(a3, b4) + High(a4, b2) + Low(a4, b3);
        ulong c8 = High(a3, b4) + High(a4, b3) + Low(a4, b4);
        ulong c9 = High(a4, b4);
        return Reduce(c0 + (19 * c5), c1 + (19 * c6), c2 + (19 * c7), c3 + (19 * c8), c4 + (19 * c9));
    }

    [SkipLocalsInit]
    public FieldElement Square()
    {
        ulong a0 = _0 << 6, a1 = _1 << 6, a2 = _2 << 6, a3 = _3 << 6, a4 = _4 << 6;
        ulong b0 = _0 << 7, b1 = _1 << 7, b2 = _2 << 7, b3 = _3 << 7, b4 = _4 << 7;
        ulong d1 = b1 << 1, d2 = b2 << 1, d3 = b3 << 1, d4 = b4 << 1; // for the products that occur twice
        ulong c0 = Low(a0, b0);
        ulong c1 = High(a0, b0) + Low(a0, d1);
        ulong c2 = High(a0, d1) + Low(a0, d2) + Low(a1, b1);
        ulong c3 = High(a0, d2) + Low(a0, d3) + High(a1, b1) + Low(a1, d2);
        ulong c4 = High(a0, d3) + Low(a0, d4) + High(a1, d2) + Low(a1, d3) + Low(a2, b2);
        ulong c5 = High(a0, d4) + High(a1, d3) + Low(a1, d4) + High(a2, b2) + Low(a2, d3);
        ulong c6 = High(a1, d4) + High(a2, d3) + Low(a2, d4) + Low(a3, b3);
        ulong c7 = High(a2, d4) + High(a3, b3) + Low(a3, d4);
        ulong c8 = High(a3, d4) + Low(a4, b4);
        ulong c9 = High(a4, b4);
        return Reduce(c0 + (19 * c5), c1 + (19 * c6), c2 + (19 * c7), c3 + (19 * c8), c4 + (19 * c9));
    }

    /// <summary>The 2^<paramref name="count"/>-th power.</summary>
    public FieldElement SquareTimes(int count)
    {
        FieldElement result = Square();
        for (int i = 1; i < count; i++)
        {
            result = result.Square();
        }

        return result;
    }

    /// <summary>Times a public number below 2^17.</summary>
    public FieldElement Times(uint small)
    {
        ulong b = (ulong)small << 7;
        ulong a0 = _0 << 6, a1 = _1 << 6, a2 = _2 << 6, a3 = _3 << 6, a4 = _4 << 6;
        return Reduce(
            Low(a0, b) + (19 * High(a4, b)),
            Low(a1, b) + High(a0, b),
            Low(a2, b) + High(a1, b),
            Low(a3, b) + High(a2, b),
            Low(a4, b) + High(a3, b));
    }

    /// <summary>1/x, and 0 for 0: the power p - 2.</summary>
    public FieldElement Invert()
    {
        FieldElement power = PowerOf250Ones(out FieldElement power11);
        return power.SquareTimes(5) * power11; // 2^255 - 2^5 + 11
    }

    /// <summary>The power (p - 5) / 8 = 2^252 - 3, the core of a square root.</summary>
    public FieldElement PowerForSquareRoot() => PowerOf250Ones(out _).SquareTimes(2) * this;

    /// <summary>Exchanges the two when <paramref name="swap"/> is 1, leaves them when it is 0; the same memory accesses either way.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void ConditionalSwap(ref FieldElement a, ref FieldElement b, ulong swap)
    {
        ulong mask = 0 - swap;
        ulong x0 = (a._0 ^ b._0) & mask;
        ulong x1 = (a._1 ^ b._1) & mask;
        ulong x2 = (a._2 ^ b._2) & mask;
        ulong x3 = (a._3 ^ b._3) & mask;
        ulong x4 = (a._4 ^ b._4) & mask;
        a = new FieldElement(a._0 ^ x0, a._1 ^ x1, a._2 ^ x2, a._3 ^ x3, a._4 ^ x4);
        b = new FieldElement(b._0 ^ x0, b._1 ^ x1, b._2 ^ x2, b._3 ^ x3, b._4 ^ x4);
    }

    /// <summary><paramref name="b"/> when <paramref name="mask"/> is all ones, <paramref name="a"/> when it is zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FieldElement Select(in FieldElement a, in FieldElement b, ulong mask) => new(
        a._0 ^ ((a._0 ^ b._0) & mask),
        a._1 ^ ((a._1 ^ b._1) & mask),
        a._2 ^ ((a._2 ^ b._2) & mask),
        a._3 ^ ((a._3 ^ b._3) & mask),
        a._4 ^ ((a._4 ^ b._4) & mask));

    /// <summary>The power 2^250 - 1, and on the way the power 11.</summary>
    private FieldElement PowerOf250Ones(out FieldElement power11)
    {
        FieldElement power2 = Square();
        FieldElement power9 = power2.SquareTimes(2) * this;
        power11 = power9 * power2;
        FieldElement ones5 = power11.Square() * power9;
        FieldElement ones10 = ones5.SquareTimes(5) * ones5;
        FieldElement ones20 = ones10.SquareTimes(10) * ones10;
        FieldElement ones40 = ones20.SquareTimes(20) * ones20;
        FieldElement ones50 = ones40.SquareTimes(10) * ones10;
        FieldElement ones100 = ones50.SquareTimes(50) * ones50;
        FieldElement ones200 = ones100.SquareTimes(100) * ones100;
        return ones200.SquareTimes(50) * ones50;
    }

    /// <summary>Brings limbs of any size to tight ones: each hands its upper bits to the next, the last to the first times 19.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static FieldElement Reduce(ulong r0, ulong r1, ulong r2, ulong r3, ulong r4) => new(
        (r0 & Mask) + (19 * (r4 >> 51)),
        (r1 & Mask) + (r0 >> 51),
        (r2 & Mask) + (r1 >> 51),
        (r3 & Mask) + (r2 >> 51),
        (r4 & Mask) + (r3 >> 51));

    /// <summary>The bits of a product of limbs from 51 up; the factors come shifted by 13 together.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong High(ulong a, ulong b) =>
        Bmi2.X64.IsSupported ? Bmi2.X64.MultiplyNoFlags(a, b) : Math.BigMul(a, b, out _);

    /// <summary>The 51 lowest bits of a product of limbs; the factors come shifted by 13 together.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Low(ulong a, ulong b) => (a * b) >> 13;

    private FieldElement Carry()
    {
        ulong limb1 = _1 + (_0 >> 51);
        ulong limb2 = _2 + (limb1 >> 51);
        ulong limb3 = _3 + (limb2 >> 51);
        ulong limb4 = _4 + (limb3 >> 51);
        ulong limb0 = (_0 & Mask) + (19 * (limb4 >> 51));
        return new FieldElement(limb0, limb1 & Mask, limb2 & Mask, limb3 & Mask, limb4 & Mask);
    }
}
