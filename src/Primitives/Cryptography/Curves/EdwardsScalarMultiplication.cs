using System.Security.Cryptography;

namespace Tunic.Primitives.Cryptography;

/// <summary>Multiples of points of edwards25519: in constant time for the base point and a secret, in variable time for public values.</summary>
internal static class EdwardsScalarMultiplication
{
    private const int WindowCount = 32;
    private const int MultiplesPerWindow = 8;
    private const int PointWidth = 5;
    private const int BaseWidth = 8;

    // Window i holds the multiples 1 to 8 of 256^i B; made at first use, about 30 KiB.
    private static readonly EdwardsAffinePoint[] BaseWindows = MakeBaseWindows();

    // B, 3B, 5B, ... 127B for the sparse digits of a public scalar.
    private static readonly EdwardsAffinePoint[] BaseOddMultiples = MakeBaseOddMultiples();

    /// <summary>Scalar times base point, in constant time.</summary>
    /// <param name="scalar">32 bytes little-endian below 2^255; secret.</param>
    public static EdwardsPoint MultiplyBase(ReadOnlySpan<byte> scalar)
    {
        Span<sbyte> digits = stackalloc sbyte[64];
        SplitRadix16(scalar, digits);

        EdwardsPoint sum = EdwardsPoint.Identity;
        for (int i = 1; i < 64; i += 2)
        {
            sum = sum.Add(EdwardsAffinePoint.SelectMultiple(Window(i / 2), digits[i])).ToPoint();
        }

        sum = sum.Double().ToPointForDoubling().Double().ToPointForDoubling();
        sum = sum.Double().ToPointForDoubling().Double().ToPoint();
        for (int i = 0; i < 64; i += 2)
        {
            sum = sum.Add(EdwardsAffinePoint.SelectMultiple(Window(i / 2), digits[i])).ToPoint();
        }

        CryptographicOperations.ZeroMemory(System.Runtime.InteropServices.MemoryMarshal.AsBytes(digits));
        return sum;
    }

    /// <summary>a times point plus b times base point, in variable time: for public values only.</summary>
    /// <param name="a">32 bytes little-endian below 2^253, not reduced further: it decides what happens to a part of small order.</param>
    /// <param name="b">32 bytes little-endian below 2^253.</param>
    public static EdwardsPoint MultiplyAddBase(ReadOnlySpan<byte> a, in EdwardsPoint point, ReadOnlySpan<byte> b)
    {
        Span<sbyte> pointDigits = stackalloc sbyte[256];
        Span<sbyte> baseDigits = stackalloc sbyte[256];
        SplitSparse(a, PointWidth, pointDigits);
        SplitSparse(b, BaseWidth, baseDigits);

        Span<EdwardsCachedPoint> oddMultiples = stackalloc EdwardsCachedPoint[1 << (PointWidth - 2)];
        FillOddMultiples(point, oddMultiples);

        int i = 255;
        while (i >= 0 && pointDigits[i] == 0 && baseDigits[i] == 0)
        {
            i--;
        }

        EdwardsPoint sum = EdwardsPoint.Identity;
        for (; i >= 0; i--)
        {
            EdwardsSum doubled = sum.Double();
            int pointDigit = pointDigits[i];
            int baseDigit = baseDigits[i];
            if (pointDigit == 0 && baseDigit == 0)
            {
                sum = i == 0 ? doubled.ToPoint() : doubled.ToPointForDoubling();
                continue;
            }

            sum = doubled.ToPoint();
            if (pointDigit != 0)
            {
                sum = (pointDigit > 0 ? sum.Add(oddMultiples[pointDigit / 2]) : sum.Subtract(oddMultiples[-pointDigit / 2])).ToPoint();
            }

            if (baseDigit != 0)
            {
                sum = (baseDigit > 0 ? sum.Add(BaseOddMultiples[baseDigit / 2]) : sum.Subtract(BaseOddMultiples[-baseDigit / 2])).ToPoint();
            }
        }

        return sum;
    }

    private static ReadOnlySpan<EdwardsAffinePoint> Window(int index) =>
        BaseWindows.AsSpan(index * MultiplesPerWindow, MultiplesPerWindow);

    /// <summary>64 digits from -8 to 8 that make the same number in radix 16; constant time.</summary>
    private static void SplitRadix16(ReadOnlySpan<byte> scalar, Span<sbyte> digits)
    {
        int carry = 0;
        for (int i = 0; i < 64; i++)
        {
            int digit = ((scalar[i / 2] >> (4 * (i & 1))) & 15) + carry;
            carry = i < 63 ? (digit + 8) >> 4 : 0; // the top digit keeps its carry: at most 8 below 2^255
            digits[i] = (sbyte)(digit - (carry << 4));
        }
    }

    /// <summary>Odd digits below 2^(width-1) in magnitude, at most one in any <paramref name="width"/> positions; variable time.</summary>
    private static void SplitSparse(ReadOnlySpan<byte> scalar, int width, Span<sbyte> digits)
    {
        digits.Clear();
        int carry = 0;
        int position = 0;
        while (position < 256)
        {
            int bit = ((scalar[position >> 3] >> (position & 7)) & 1) + carry;
            if ((bit & 1) == 0)
            {
                carry = bit >> 1;
                position++;
                continue;
            }

            int digit = carry;
            for (int i = 0; i < width && position + i < 256; i++)
            {
                digit += ((scalar[(position + i) >> 3] >> ((position + i) & 7)) & 1) << i;
            }

            carry = digit >> (width - 1);
            digits[position] = (sbyte)(digit - (carry << width));
            position += width;
        }
    }

    private static void FillOddMultiples(in EdwardsPoint point, Span<EdwardsCachedPoint> multiples)
    {
        var twice = new EdwardsCachedPoint(point.Double().ToPoint());
        EdwardsPoint multiple = point;
        multiples[0] = new EdwardsCachedPoint(multiple);
        for (int i = 1; i < multiples.Length; i++)
        {
            multiple = multiple.Add(twice).ToPoint();
            multiples[i] = new EdwardsCachedPoint(multiple);
        }
    }

    private static EdwardsAffinePoint[] MakeBaseWindows()
    {
        var points = new EdwardsPoint[WindowCount * MultiplesPerWindow];
        EdwardsPoint first = EdwardsPoint.Base;
        for (int window = 0; window < WindowCount; window++)
        {
            var cached = new EdwardsCachedPoint(first);
            EdwardsPoint multiple = first;
            for (int i = 0; i < MultiplesPerWindow; i++)
            {
                points[(window * MultiplesPerWindow) + i] = multiple;
                multiple = multiple.Add(cached).ToPoint();
            }

            for (int i = 0; i < 8; i++)
            {
                first = first.Double().ToPoint();
            }
        }

        return EdwardsAffinePoint.Normalize(points);
    }

    private static EdwardsAffinePoint[] MakeBaseOddMultiples()
    {
        var points = new EdwardsPoint[1 << (BaseWidth - 2)];
        points[0] = EdwardsPoint.Base;
        var twice = new EdwardsCachedPoint(points[0].Double().ToPoint());
        for (int i = 1; i < points.Length; i++)
        {
            points[i] = points[i - 1].Add(twice).ToPoint();
        }

        return EdwardsAffinePoint.Normalize(points);
    }
}
