using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Tunic.Tor.Protocol.OnionServices.ProofOfWork.Puzzles;

/// <summary>Four numbers at a time, with AVX2.</summary>
internal readonly struct Lanes256 : ILanes<Vector256<ulong>>
{
    /// <summary>Whether this processor can.</summary>
    public static bool IsSupported => Avx2.IsSupported;

    public static Vector256<ulong> Indices => Vector256<ulong>.Indices;

    public static Vector256<ulong> Broadcast(ulong value) => Vector256.Create(value);

    public static Vector256<ulong> Add(Vector256<ulong> left, Vector256<ulong> right) => left + right;

    public static Vector256<ulong> Subtract(Vector256<ulong> left, Vector256<ulong> right) => left - right;

    public static Vector256<ulong> Xor(Vector256<ulong> left, Vector256<ulong> right) => left ^ right;

    public static Vector256<ulong> And(Vector256<ulong> left, Vector256<ulong> right) => left & right;

    public static Vector256<ulong> Multiply(Vector256<ulong> left, Vector256<ulong> right) => left * right;

    // There is no instruction for it: four products of halves, and the carry of the two in the middle.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> MultiplyHigh(Vector256<ulong> left, Vector256<ulong> right)
    {
        Vector256<ulong> leftHigh = left >>> 32;
        Vector256<ulong> rightHigh = right >>> 32;
        Vector256<ulong> middle = MultiplyHalves(leftHigh, right) + (MultiplyHalves(left, right) >>> 32);
        Vector256<ulong> carry = MultiplyHalves(left, rightHigh) + (middle & Vector256.Create<ulong>(uint.MaxValue));
        return MultiplyHalves(leftHigh, rightHigh) + (middle >>> 32) + (carry >>> 32);
    }

    // A negative factor counts 2^64 too much when taken as unsigned: the other factor is too much in the high half.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> MultiplyHighSigned(Vector256<ulong> left, Vector256<ulong> right)
    {
        Vector256<ulong> leftSign = (left.AsInt64() >> 63).AsUInt64();
        Vector256<ulong> rightSign = (right.AsInt64() >> 63).AsUInt64();
        return MultiplyHigh(left, right) - (leftSign & right) - (rightSign & left);
    }

    public static Vector256<ulong> ShiftLeft(Vector256<ulong> value, int bits) => value << bits;

    public static Vector256<ulong> RotateLeft(Vector256<ulong> value, int bits) => (value << bits) | (value >>> (64 - bits));

    public static uint ZeroLanes(Vector256<ulong> value) => (uint)Vector256.Equals(value, Vector256<ulong>.Zero).ExtractMostSignificantBits();

    private static Vector256<ulong> MultiplyHalves(Vector256<ulong> left, Vector256<ulong> right) => Avx2.Multiply(left.AsUInt32(), right.AsUInt32());
}
