using System.Buffers.Binary;

namespace Tunic.Tor.Protocol.OnionServices.ProofOfWork.Puzzles;

/// <summary>Eight inputs of 16 bits whose HashX hashes add up to zero, as the leaves of a tree (proposal 327, "Equi-X").</summary>
/// <param name="Left">The first four, the first one in the lowest bits.</param>
/// <param name="Right">The last four.</param>
public readonly record struct EquiXSolution(ulong Left, ulong Right)
{
    /// <summary>Inputs in a solution.</summary>
    public const int Count = 8;

    /// <summary>Bytes of an encoded solution.</summary>
    public const int Length = 16;

    /// <summary>Whether no left branch of the tree is greater than its right one. All other orders of the same inputs are refused.</summary>
    public bool IsInOrder => Left <= Right && IsHalfInOrder(Left) && IsHalfInOrder(Right);

    /// <summary>One of the inputs.</summary>
    /// <param name="index">0 to 7, from the left.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such input.</exception>
    public ushort this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
            return unchecked((ushort)((index < 4 ? Left : Right) >> (16 * (index % 4))));
        }
    }

    /// <summary>Reads a solution. Whether it is one says <see cref="EquiXVerifier"/>.</summary>
    /// <param name="encoded">Exactly <see cref="Length"/> bytes: the inputs from the left, little-endian.</param>
    /// <exception cref="ArgumentException">The length is another.</exception>
    public static EquiXSolution Decode(ReadOnlySpan<byte> encoded)
    {
        if (encoded.Length != Length)
        {
            throw new ArgumentException("a solution has 16 bytes", nameof(encoded));
        }

        return new EquiXSolution(BinaryPrimitives.ReadUInt64LittleEndian(encoded), BinaryPrimitives.ReadUInt64LittleEndian(encoded[8..]));
    }

    /// <summary>Writes the <see cref="Length"/> bytes of the solution.</summary>
    public void Encode(Span<byte> encoded)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(encoded, Left);
        BinaryPrimitives.WriteUInt64LittleEndian(encoded[8..], Right);
    }

    private static bool IsHalfInOrder(ulong half)
    {
        uint left = unchecked((uint)half);
        uint right = (uint)(half >> 32);
        return left <= right && (left & 0xffff) <= left >> 16 && (right & 0xffff) <= right >> 16;
    }
}
