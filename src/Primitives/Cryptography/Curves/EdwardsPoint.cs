namespace Tunic.Primitives.Cryptography;

/// <summary>A point of edwards25519 in extended coordinates: x = X/Z, y = Y/Z, xy = T/Z (RFC 8032, section 5.1.4).</summary>
/// <remarks>The formulas are complete: they hold for every pair of points of the curve. Coordinates are tight field elements.</remarks>
internal readonly struct EdwardsPoint(in FieldElement x, in FieldElement y, in FieldElement z, in FieldElement t)
{
    public readonly FieldElement X = x;
    public readonly FieldElement Y = y;
    public readonly FieldElement Z = z;
    public readonly FieldElement T = t;

    private static readonly FieldElement D =
        new(0x34dca135978a3, 0x1a8283b156ebd, 0x5e7a26001c029, 0x739c663a03cbb, 0x52036cee2b6ff);

    /// <summary>Twice the curve constant d.</summary>
    public static readonly FieldElement TwiceD =
        new(0x69b9426b2f159, 0x35050762add7a, 0x3cf44c0038052, 0x6738cc7407977, 0x2406d9dc56dff);

    public static EdwardsPoint Identity => new(default, FieldElement.One, FieldElement.One, default);

    /// <summary>The base point B.</summary>
    public static EdwardsPoint Base
    {
        get
        {
            var x = new FieldElement(0x62d608f25d51a, 0x412a4b4f6592a, 0x75b7171a4b31d, 0x1ff60527118fe, 0x216936d3cd6e5);
            var y = new FieldElement(0x6666666666658, 0x4cccccccccccc, 0x1999999999999, 0x3333333333333, 0x6666666666666);
            return new EdwardsPoint(x, y, FieldElement.One, x * y);
        }
    }

    /// <summary>
    /// Decodes 32 bytes as stock tor does: y may be p or more, and x = 0 may carry a sign bit. Variable time: for public points.
    /// </summary>
    /// <returns>False when no point of the curve has this y.</returns>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, out EdwardsPoint point)
    {
        FieldElement y = FieldElement.Read(bytes);
        FieldElement yy = y.Square();
        FieldElement numerator = yy - FieldElement.One;
        FieldElement denominator = (yy * D) + FieldElement.One;

        // x = (u/v)^((p+3)/8) = u v^3 (u v^7)^((p-5)/8), then perhaps times the root of -1 (RFC 8032, section 5.1.3).
        FieldElement cube = denominator.Square() * denominator;
        FieldElement x = (cube.Square() * denominator * numerator).PowerForSquareRoot() * cube * numerator;
        FieldElement check = x.Square() * denominator;
        if (!(check - (numerator * FieldElement.One)).IsZero())
        {
            if (!(check + numerator).IsZero())
            {
                point = default;
                return false;
            }

            x *= FieldElement.SquareRootOfMinusOne;
        }

        if (x.Parity() != bytes[31] >> 7)
        {
            x = -x * FieldElement.One;
        }

        point = new EdwardsPoint(x, y, FieldElement.One, x * y);
        return true;
    }

    /// <summary>Writes y with the parity of x in the top bit: 32 bytes, always the canonical form.</summary>
    public void Encode(Span<byte> bytes)
    {
        FieldElement inverse = Z.Invert();
        (Y * inverse).Write(bytes);
        bytes[31] ^= (byte)((X * inverse).Parity() << 7);
    }

    /// <summary>True for (0, 1).</summary>
    public bool IsIdentity() => X.IsZero() && (Y - Z).IsZero();

    public static EdwardsPoint operator -(in EdwardsPoint p) =>
        new(-p.X * FieldElement.One, p.Y, p.Z, -p.T * FieldElement.One);

    /// <summary>Twice this point; T is not read.</summary>
    public EdwardsSum Double()
    {
        FieldElement xx = X.Square();
        FieldElement yy = Y.Square();
        FieldElement zz = Z.Square();
        FieldElement sum = yy + xx;
        return new EdwardsSum((X + Y).Square() - sum, sum, yy - xx, zz + zz + xx - yy);
    }

    public EdwardsSum Add(in EdwardsCachedPoint other)
    {
        FieldElement a = (Y - X) * other.YMinusX;
        FieldElement b = (Y + X) * other.YPlusX;
        FieldElement c = T * other.TwiceDT;
        FieldElement zz = Z * other.Z;
        FieldElement d = zz + zz;
        return new EdwardsSum(b - a, b + a, d + c, d - c);
    }

    public EdwardsSum Subtract(in EdwardsCachedPoint other)
    {
        FieldElement a = (Y - X) * other.YPlusX;
        FieldElement b = (Y + X) * other.YMinusX;
        FieldElement c = T * other.TwiceDT;
        FieldElement zz = Z * other.Z;
        FieldElement d = zz + zz;
        return new EdwardsSum(b - a, b + a, d - c, d + c);
    }

    public EdwardsSum Add(in EdwardsAffinePoint other)
    {
        FieldElement a = (Y - X) * other.YMinusX;
        FieldElement b = (Y + X) * other.YPlusX;
        FieldElement c = T * other.TwiceDXY;
        FieldElement d = Z + Z;
        return new EdwardsSum(b - a, b + a, d + c, d - c);
    }

    public EdwardsSum Subtract(in EdwardsAffinePoint other)
    {
        FieldElement a = (Y - X) * other.YPlusX;
        FieldElement b = (Y + X) * other.YMinusX;
        FieldElement c = T * other.TwiceDXY;
        FieldElement d = Z + Z;
        return new EdwardsSum(b - a, b + a, d - c, d + c);
    }
}
