using System.Runtime.Intrinsics;

namespace Tunic.Primitives.Cryptography;

/// <summary>
/// The S-box of AES as logic on bit planes: the circuit of 113 gates by Boyar and Peralta ("A depth-16 circuit for the AES S-box",
/// 2011, and its predecessor), whose names are kept. Plane 7 is the most significant bit, which the paper calls x0.
/// </summary>
internal static class AesSubstitutionCircuit
{
    public static void Apply(Span<Vector128<byte>> planes)
    {
        Vector128<byte> x7 = planes[0], x6 = planes[1], x5 = planes[2], x4 = planes[3];
        Vector128<byte> x3 = planes[4], x2 = planes[5], x1 = planes[6], x0 = planes[7];

        // top linear layer
        Vector128<byte> y14 = x3 ^ x5, y13 = x0 ^ x6, y9 = x0 ^ x3, y8 = x0 ^ x5, t0 = x1 ^ x2;
        Vector128<byte> y1 = t0 ^ x7, y4 = y1 ^ x3, y12 = y13 ^ y14, y2 = y1 ^ x0, y5 = y1 ^ x6;
        Vector128<byte> y3 = y5 ^ y8, t1 = x4 ^ y12, y15 = t1 ^ x5, y20 = t1 ^ x1, y6 = y15 ^ x7;
        Vector128<byte> y10 = y15 ^ t0, y11 = y20 ^ y9, y7 = x7 ^ y11, y17 = y10 ^ y11, y19 = y10 ^ y8;
        Vector128<byte> y16 = t0 ^ y11, y21 = y13 ^ y16, y18 = x0 ^ y16;

        // inversion in GF(2^4)^2
        Vector128<byte> t2 = y12 & y15, t4 = (y3 & y6) ^ t2, t6 = (y4 & x7) ^ t2, t7 = y13 & y16;
        Vector128<byte> t9 = (y5 & y1) ^ t7, t11 = (y2 & y7) ^ t7, t12 = y9 & y11;
        Vector128<byte> t14 = (y14 & y17) ^ t12, t16 = (y8 & y10) ^ t12;
        Vector128<byte> t21 = t4 ^ t14 ^ y20, t22 = t6 ^ t16 ^ y19, t23 = t9 ^ t14 ^ y21, t24 = t11 ^ t16 ^ y18;
        Vector128<byte> t25 = t21 ^ t22, t26 = t21 & t23, t27 = t24 ^ t26, t29 = (t25 & t27) ^ t22;
        Vector128<byte> t30 = t23 ^ t24, t31 = t22 ^ t26, t33 = (t31 & t30) ^ t24, t34 = t23 ^ t33;
        Vector128<byte> t35 = t27 ^ t33, t36 = t24 & t35, t37 = t36 ^ t34, t38 = t27 ^ t36;
        Vector128<byte> t40 = t25 ^ (t29 & t38), t41 = t40 ^ t37, t42 = t29 ^ t33, t43 = t29 ^ t40;
        Vector128<byte> t44 = t33 ^ t37, t45 = t42 ^ t41;
        Vector128<byte> z0 = t44 & y15, z1 = t37 & y6, z2 = t33 & x7, z3 = t43 & y16, z4 = t40 & y1, z5 = t29 & y7;
        Vector128<byte> z6 = t42 & y11, z7 = t45 & y17, z8 = t41 & y10, z9 = t44 & y12, z10 = t37 & y3, z11 = t33 & y4;
        Vector128<byte> z12 = t43 & y13, z13 = t40 & y5, z14 = t29 & y2, z15 = t42 & y9, z16 = t45 & y14, z17 = t41 & y8;

        // bottom linear layer, with the affine constant 63
        Vector128<byte> t46 = z15 ^ z16, t47 = z10 ^ z11, t48 = z5 ^ z13, t49 = z9 ^ z10, t50 = z2 ^ z12, t51 = z2 ^ z5;
        Vector128<byte> t52 = z7 ^ z8, t53 = z0 ^ z3, t54 = z6 ^ z7, t55 = z16 ^ z17, t56 = z12 ^ t48, t57 = t50 ^ t53;
        Vector128<byte> t58 = z4 ^ t46, t59 = z3 ^ t54, t60 = t46 ^ t57, t61 = z14 ^ t57, t62 = t52 ^ t58, t63 = t49 ^ t58;
        Vector128<byte> t64 = z4 ^ t59, t65 = t61 ^ t62, t66 = z1 ^ t63, t67 = t64 ^ t65;
        Vector128<byte> s3 = t53 ^ t66;
        planes[7] = t59 ^ t63;
        planes[6] = ~(t64 ^ s3);
        planes[5] = ~(t55 ^ t67);
        planes[4] = s3;
        planes[3] = t51 ^ t66;
        planes[2] = t47 ^ t65;
        planes[1] = ~(t56 ^ t62);
        planes[0] = ~(t48 ^ t60);
    }

    /// <summary>The inverse S-box: the inversion is its own inverse, so undoing the affine map before and after the S-box gives it.</summary>
    public static void ApplyInverse(Span<Vector128<byte>> planes)
    {
        InvertAffine(planes);
        Apply(planes);
        InvertAffine(planes);
    }

    private static void InvertAffine(Span<Vector128<byte>> planes)
    {
        Vector128<byte> p0 = ~planes[0], p1 = ~planes[1], p2 = planes[2], p3 = planes[3];
        Vector128<byte> p4 = planes[4], p5 = ~planes[5], p6 = ~planes[6], p7 = planes[7];
        planes[0] = p2 ^ p5 ^ p7;
        planes[1] = p3 ^ p6 ^ p0;
        planes[2] = p4 ^ p7 ^ p1;
        planes[3] = p5 ^ p0 ^ p2;
        planes[4] = p6 ^ p1 ^ p3;
        planes[5] = p7 ^ p2 ^ p4;
        planes[6] = p0 ^ p3 ^ p5;
        planes[7] = p1 ^ p4 ^ p6;
    }
}
