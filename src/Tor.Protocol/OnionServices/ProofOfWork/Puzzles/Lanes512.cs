using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Tunic.Tor.Protocol.OnionServices.ProofOfWork.Puzzles;

/// <summary>Eight numbers at a time, with AVX-512.</summary>
internal readonly struct Lanes512 : ILanes<Vector512<ulong>>
{
    /// <summary>Whether this processor can.</summary>
    public static bool IsSupported => Avx512DQ.IsSupported;

    public static Vector512<ulong> Indices => Vector512<ulong>.Indices;

    public static Vector512<ulong> Broadcast(ulong value) => Vector512.Create(value);

    public static Vector512<ulong> Add(Vector512<ulong> left, Vector512<ulong> right) => left + right;

    public static Vector512<ulong> Subtract(Vector512<ulong> left, Vector512<ulong> right) => left - right;

    public static Vector512<ulong> Xor(Vector512<ulong> left, Vector512<ulong> right) => left ^ right;

    public static Vector512<ulong> And(Vector512<ulong> left, Vector512<ulong> right) => left & right;

    public static Vector512<ulong> Multiply(Vector512<ulong> left, Vector512<ulong> right) => left * right;

    // There is no instruction for it: four products of halves, and the carry of the two in the middle.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> MultiplyHigh(Vector512<ulong> left, Vector512<ulong> right)
    {
        Vector512<ulong> leftHigh = left >>> 32;
        Vector512<ulong> rightHigh = right >>> 32;
        Vector512<ulong> middle = MultiplyHalves(leftHigh, right) + (MultiplyHalves(left, right) >>> 32);
        Vector512<ulong> carry = MultiplyHalves(left, rightHigh) + (middle & Vector512.Create<ulong>(uint.MaxValue));
        return MultiplyHalves(leftHigh, rightHigh) + (middle >>> 32) + (carry >>> 32);
    }

    // A negative factor counts 2^64 too much when taken as unsigned: the other factor is too much in the high half.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> MultiplyHighSigned(Vector512<ulong> left, Vector512<ulong> right)
    {
        Vector512<ulong> leftSign = (left.AsInt64() >> 63).AsUInt64();
        Vector512<ulong> rightSign = (right.AsInt64() >> 63).AsUInt64();
        return MultiplyHigh(left, right) - (leftSign & right) - (rightSign & left);
    }

    public static Vector512<ulong> ShiftLeft(Vector512<ulong> value, int bits) => value << bits;

    public static Vector512<ulong> RotateLeft(Vector512<ulong> value, int bits) => (value << bits) | (value >>> (64 - bits));

    public static uint ZeroLanes(Vector512<ulong> value) => (uint)Vector512.Equals(value, Vector512<ulong>.Zero).ExtractMostSignificantBits();

    private static Vector512<ulong> MultiplyHalves(Vector512<ulong> left, Vector512<ulong> right) => Avx512F.Multiply(left.AsUInt32(), right.AsUInt32());
}
