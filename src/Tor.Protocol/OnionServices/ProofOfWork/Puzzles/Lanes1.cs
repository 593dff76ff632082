using System.Numerics;

namespace Tunic.Tor.Protocol.OnionServices.ProofOfWork.Puzzles;

/// <summary>One number at a time: for processors without wide vectors, and for web pages.</summary>
internal readonly struct Lanes1 : ILanes<ulong>
{
    public static ulong Indices => 0;

    public static ulong Broadcast(ulong value) => value;

    public static ulong Add(ulong left, ulong right) => unchecked(left + right);

    public static ulong Subtract(ulong left, ulong right) => unchecked(left - right);

    public static ulong Xor(ulong left, ulong right) => left ^ right;

    public static ulong And(ulong left, ulong right) => left & right;

    public static ulong Multiply(ulong left, ulong right) => unchecked(left * right);

    public static ulong MultiplyHigh(ulong left, ulong right) => Math.BigMul(left, right, out _);

    public static ulong MultiplyHighSigned(ulong left, ulong right) => unchecked((ulong)Math.BigMul((long)left, (long)right, out _));

    public static ulong ShiftLeft(ulong value, int bits) => value << bits;

    public static ulong RotateLeft(ulong value, int bits) => BitOperations.RotateLeft(value, bits);

    public static uint ZeroLanes(ulong value) => value == 0 ? 1u : 0u;
}
