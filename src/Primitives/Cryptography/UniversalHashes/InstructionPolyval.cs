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

    /// <summary>Fewer than eight blocks, the last perhaps not whole, with as many powers.</summary>
    private static Vector128<ulong> AddRest(Vector128<ulong> sum, ref PolyvalPowers powers, ReadOnlySpan<byte> bytes)
    {
        ref byte data = ref MemoryMarshal.GetReference(bytes);
        ref Vector128<ulong> power = ref powers[8 - ((bytes.Length + BlockLength - 1) / BlockLength)];
        Vector128<ulong> low = default;
        Vector128<ulong> mid = default;
        Vector128<ulong> high = default;
        int left = bytes.Length;
        while (left > 0)
        {
            Vector128<ulong> block = (left >= BlockLength ? Vector128.LoadUnsafe(ref data).AsUInt64() : LoadPadded(bytes[^left..])) ^ sum;
            sum = default; // belongs to the first block only
            low ^= Pclmulqdq.CarrylessMultiply(block, power, 0x00);
            high ^= Pclmulqdq.CarrylessMultiply(block, power, 0x11);
            mid ^= Pclmulqdq.CarrylessMultiply(block, power, 0x01) ^ Pclmulqdq.CarrylessMultiply(block, power, 0x10);
            data = ref Unsafe.Add(ref data, BlockLength);
            power = ref Unsafe.Add(ref power, 1);
            left -= BlockLength;
        }

        return Reduce(low, mid, high);
    }

    /// <summary>A block from 1 to 15 bytes with zeros behind them.</summary>
    private static Vector128<ulong> LoadPadded(ReadOnlySpan<byte> bytes)
    {
        ulong low = 0;
        ulong high = 0;
        for (int i = bytes.Length - 1; i >= 8; i--)
        {
            high = (high << 8) | bytes[i];
        }

        for (int i = Math.Min(bytes.Length, 8) - 1; i >= 0; i--)
        {
            low = (low << 8) | bytes[i];
        }

        return Vector128.Create(low, high);
    }

    private static Vector128<ulong> AddBatches(Vector128<ulong> sum, ref Vector128<ulong> powers, ref byte data, int batches) =>
        Pclmulqdq.V512.IsSupported ? AddBatchesByFour(sum, ref powers, ref data, batches) : AddBatchesOneByOne(sum, ref powers, ref data, batches);

    /// <summary>Four blocks in one vector; their partial sums come together just before the reduction.</summary>
    private static Vector128<ulong> AddBatchesByFour(Vector128<ulong> sum, ref Vector128<ulong> powers, ref byte data, int batches)
    {
        Vector512<ulong> power8To5 = Vector512.LoadUnsafe(ref Unsafe.As<Vector128<ulong>, ulong>(ref powers));
        Vector512<ulong> power4To1 = Vector512.LoadUnsafe(ref Unsafe.As<Vector128<ulong>, ulong>(ref powers), 8);
        for (; batches > 0; batches--)
        {
            Vector512<ulong> first = Vector512.LoadUnsafe(ref data).AsUInt64() ^ sum.ToVector256().ToVector512();
            Vector512<ulong> second = Vector512.LoadUnsafe(ref data, 64).AsUInt64();
            Vector512<ulong> low = Pclmulqdq.V512.CarrylessMultiply(first, power8To5, 0x00)
                ^ Pclmulqdq.V512.CarrylessMultiply(second, power4To1, 0x00);
            Vector512<ulong> high = Pclmulqdq.V512.CarrylessMultiply(first, power8To5, 0x11)
                ^ Pclmulqdq.V512.CarrylessMultiply(second, power4To1, 0x11);
            Vector512<ulong> mid = Pclmulqdq.V512.CarrylessMultiply(first, power8To5, 0x01)
                ^ Pclmulqdq.V512.CarrylessMultiply(first, power8To5, 0x10)
                ^ Pclmulqdq.V512.CarrylessMultiply(second, power4To1, 0x01)
                ^ Pclmulqdq.V512.CarrylessMultiply(second, power4To1, 0x10);
            sum = Reduce(Join(low), Join(mid), Join(high));
            data = ref Unsafe.Add(ref data, BatchLength);
        }

        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> Join(Vector512<ulong> parts)
    {
        Vector256<ulong> pair = parts.GetLower() ^ parts.GetUpper();
        return pair.GetLower() ^ pair.GetUpper();
    }

    private static Vector128<ulong> AddBatchesOneByOne(Vector128<ulong> sum, ref Vector128<ulong> powers, ref byte data, int batches)
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
