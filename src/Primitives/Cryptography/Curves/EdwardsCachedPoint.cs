namespace Tunic.Primitives.Cryptography;

/// <summary>A point as the right side of an addition, with the sums that the formula needs.</summary>
internal readonly struct EdwardsCachedPoint(in EdwardsPoint point)
{
    public readonly FieldElement YPlusX = point.Y + point.X;
    public readonly FieldElement YMinusX = point.Y - point.X;
    public readonly FieldElement Z = point.Z;
    public readonly FieldElement TwiceDT = point.T * EdwardsPoint.TwiceD;
}
