namespace Tunic.Primitives.Cryptography;

/// <summary>A result of the point formulas before its last products: x = X/Z, y = Y/T. Lets a chain of doublings skip the product for T.</summary>
internal readonly struct EdwardsSum(in FieldElement x, in FieldElement y, in FieldElement z, in FieldElement t)
{
    private readonly FieldElement _x = x;
    private readonly FieldElement _y = y;
    private readonly FieldElement _z = z;
    private readonly FieldElement _t = t;

    public EdwardsPoint ToPoint() => new(_x * _t, _y * _z, _z * _t, _x * _y);

    /// <summary>Without T: the result may be doubled or encoded, not added.</summary>
    public EdwardsPoint ToPointForDoubling() => new(_x * _t, _y * _z, _z * _t, default);
}
