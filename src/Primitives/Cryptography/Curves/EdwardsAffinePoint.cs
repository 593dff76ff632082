using System.Runtime.CompilerServices;

namespace Tunic.Primitives.Cryptography;

/// <summary>A point with Z = 1 as the right side of an addition: what precomputed tables hold.</summary>
internal readonly struct EdwardsAffinePoint(in FieldElement yPlusX, in FieldElement yMinusX, in FieldElement twiceDxy)
{
    public readonly FieldElement YPlusX = yPlusX;
    public readonly FieldElement YMinusX = yMinusX;
    public readonly FieldElement TwiceDXY = twiceDxy;

    public static EdwardsAffinePoint Identity => new(FieldElement.One, FieldElement.One, default);

    /// <summary>Brings many points to Z = 1 with a single inversion.</summary>
    public static EdwardsAffinePoint[] Normalize(ReadOnlySpan<EdwardsPoint> points)
    {
        var products = new FieldElement[points.Length];
        FieldElement product = FieldElement.One;
        for (int i = 0; i < points.Length; i++)
        {
            products[i] = product;
            product *= points[i].Z;
        }

        FieldElement inverse = product.Invert();
        var normalized = new EdwardsAffinePoint[points.Length];
        for (int i = points.Length - 1; i >= 0; i--)
        {
            FieldElement zInverse = inverse * products[i];
            inverse *= points[i].Z;
            FieldElement x = points[i].X * zInverse;
            FieldElement y = points[i].Y * zInverse;
            normalized[i] = new EdwardsAffinePoint((y + x) * FieldElement.One, (y - x) * FieldElement.One, x * y * EdwardsPoint.TwiceD);
        }

        return normalized;
    }

    /// <summary>
    /// The multiple <paramref name="digit"/> (-8 to 8) of the point whose multiples 1 to 8 are given; reads all eight whatever the digit.
    /// </summary>
    public static EdwardsAffinePoint SelectMultiple(ReadOnlySpan<EdwardsAffinePoint> multiples, int digit)
    {
        int sign = digit >> 31;
        uint magnitude = (uint)((digit ^ sign) - sign);
        EdwardsAffinePoint chosen = Identity;
        for (uint i = 0; i < 8; i++)
        {
            ulong equal = (ulong)((long)((magnitude ^ (i + 1)) - 1UL) >> 63); // all ones when magnitude == i + 1
            chosen = Select(chosen, multiples[(int)i], equal);
        }

        ulong negative = (ulong)(long)sign;
        return new EdwardsAffinePoint(
            FieldElement.Select(chosen.YPlusX, chosen.YMinusX, negative),
            FieldElement.Select(chosen.YMinusX, chosen.YPlusX, negative),
            FieldElement.Select(chosen.TwiceDXY, -chosen.TwiceDXY, negative));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static EdwardsAffinePoint Select(in EdwardsAffinePoint a, in EdwardsAffinePoint b, ulong mask) => new(
        FieldElement.Select(a.YPlusX, b.YPlusX, mask),
        FieldElement.Select(a.YMinusX, b.YMinusX, mask),
        FieldElement.Select(a.TwiceDXY, b.TwiceDXY, mask));
}
