using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Tunic.Primitives.Cryptography;

/// <summary>
/// POLYVAL by carry-less multiplication, eight blocks to one reduction: with the powers of the key, (s + b1) k^8 + b2 k^7 + ... + b8 k
/// is what eight single steps give.
/// </summary>
internal static class InstructionPolyval
{
    private const int BlockLength = 16;
    private const int BatchLength = 8 * BlockLength;

    public static bool IsSupported => Pclmulqdq.IsSupported;

    /// <summary>Computes powers 2 to 8 from power 1.</summary>
    public static void FillPowers(ref PolyvalPowers powers)
    {
        Vector128<ulong> key = powers[7];
        for (int i = 6; i >= 0; i--)
        {
            powers[i] = Dot(powers[i + 1], key);
        }
    }

    public static Vector128<ulong> Add(Vector128<ulong> sum, ref PolyvalPowers powers, ReadOnlySpan<byte> bytes)
    {
        int whole = bytes.Length & -BatchLength;
        if (whole > 0)
        {
            sum = AddBatches(sum, ref powers[0], ref MemoryMarshal.GetReference(bytes), whole / BatchLength);
            bytes = bytes[whole..];
        }

        return bytes.IsEmpty ? sum : AddRest(sum, ref powers, bytes);
    }

    /// <summary>Zero blocks in front change nothing, so that a short batch becomes a whole one; the sum goes to its first real block.</summary>
    [SkipLocalsInit]
    private static Vector128<ulong> AddRest(Vector128<ulong> sum, ref PolyvalPowers powers, ReadOnlySpan<byte> bytes)
    {
        Span<byte> batch = stackalloc byte[BatchLength];
        int start = BatchLength - ((bytes.Length + BlockLength - 1) & -BlockLength);
        batch[..start].Clear();
        batch[^BlockLength..].Clear();
        bytes.CopyTo(batch[start..]);
        Span<byte> first = batch.Slice(start, BlockLength);
        (Vector128.Create<byte>(first) ^ sum.AsByte()).CopyTo(first);
        sum = AddBatches(Vector128<ulong>.Zero, ref powers[0], ref MemoryMarshal.GetReference(batch), 1);
        batch.Clear();
        return sum;
    }

    private static Vector128<ulong> AddBatches(Vector128<ulong> sum, ref Vector128<ulong> powers, ref byte data, int batches)
    {
        for (; batches > 0; batches--)
        {
            Vector128<ulong> low = default;
            Vector128<ulong> mid = default;
            Vector128<ulong> high = default;
            for (nuint i = 0; i < 8; i++)
            {
                Vector128<ulong> block = Vector128.LoadUnsafe(ref data, i * BlockLength).AsUInt64() ^ sum;
                Vector128<ulong> power = Unsafe.Add(ref powers, i);
                sum = default; // belongs to the first block only
                low ^= Pclmulqdq.CarrylessMultiply(block, power, 0x00);
                high ^= Pclmulqdq.CarrylessMultiply(block, power, 0x11);
                mid ^= Pclmulqdq.CarrylessMultiply(block, power, 0x01) ^ Pclmulqdq.CarrylessMultiply(block, power, 0x10);
            }

            sum = Reduce(low, mid, high);
            data = ref Unsafe.Add(ref data, BatchLength);
        }

        return sum;
    }

    private static Vector128<ulong> Dot(Vector128<ulong> a, Vector128<ulong> b) => Reduce(
        Pclmulqdq.CarrylessMultiply(a, b, 0x00),
        Pclmulqdq.CarrylessMultiply(a, b, 0x01) ^ Pclmulqdq.CarrylessMultiply(a, b, 0x10),
        Pclmulqdq.CarrylessMultiply(a, b, 0x11));

    /// <summary>Divides the 256-bit product by x^128: two steps of Montgomery's reduction with the upper half of the polynomial.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> Reduce(Vector128<ulong> low, Vector128<ulong> mid, Vector128<ulong> high)
    {
        Vector128<ulong> polynomial = Vector128.CreateScalar(0xc200000000000000);
        low ^= Sse2.ShiftLeftLogical128BitLane(mid, 8);
        high ^= Sse2.ShiftRightLogical128BitLane(mid, 8);
        low = SwapHalves(low) ^ Pclmulqdq.CarrylessMultiply(low, polynomial, 0x00);
        low = SwapHalves(low) ^ Pclmulqdq.CarrylessMultiply(low, polynomial, 0x00);
        return high ^ low;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> SwapHalves(Vector128<ulong> value) => Sse2.Shuffle(value.AsUInt32(), 0b01_00_11_10).AsUInt64();
}
