using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using AesInstructions = System.Runtime.Intrinsics.X86.Aes;

namespace Tunic.Primitives.Cryptography;

/// <summary>AES by the processor's instructions: key expansion, single blocks, and the counter mode kernel.</summary>
internal readonly struct InstructionAes : IAesSubstitution
{
    private const int BlockLength = 16;

    public static bool IsSupported => AesInstructions.IsSupported && Ssse3.IsSupported;

    /// <summary>The last round without a key, on four equal columns: ShiftRows then changes nothing.</summary>
    public static uint SubstituteWord(uint word) =>
        AesInstructions.EncryptLast(Vector128.Create(word).AsByte(), Vector128<byte>.Zero).AsUInt32().ToScalar();

    /// <returns>The number of rounds.</returns>
    public static int Expand(ReadOnlySpan<byte> key, Span<Vector128<byte>> roundKeys)
    {
        int rounds = AesKeySchedule.RoundCount(key.Length);
        AesKeySchedule.Expand<InstructionAes>(key, MemoryMarshal.Cast<Vector128<byte>, uint>(roundKeys[..(rounds + 1)]));
        return rounds;
    }

    /// <summary>The round keys of the equivalent inverse cipher (FIPS 197, section 5.3.5), last first.</summary>
    public static void Invert(ReadOnlySpan<Vector128<byte>> roundKeys, int rounds, Span<Vector128<byte>> inverse)
    {
        inverse[0] = roundKeys[rounds];
        for (int round = 1; round < rounds; round++)
        {
            inverse[round] = AesInstructions.InverseMixColumns(roundKeys[rounds - round]);
        }

        inverse[rounds] = roundKeys[0];
    }

    public static Vector128<byte> Encrypt(ReadOnlySpan<Vector128<byte>> roundKeys, int rounds, Vector128<byte> block)
    {
        block ^= roundKeys[0];
        for (int round = 1; round < rounds; round++)
        {
            block = AesInstructions.Encrypt(block, roundKeys[round]);
        }

        return AesInstructions.EncryptLast(block, roundKeys[rounds]);
    }

    public static Vector128<byte> Decrypt(ReadOnlySpan<Vector128<byte>> inverseKeys, int rounds, Vector128<byte> block)
    {
        block ^= inverseKeys[0];
        for (int round = 1; round < rounds; round++)
        {
            block = AesInstructions.Decrypt(block, inverseKeys[round]);
        }

        return AesInstructions.DecryptLast(block, inverseKeys[rounds]);
    }

    /// <summary>Adds key stream to whole batches of eight blocks and advances the counter, whose halves are big-endian numbers.</summary>
    public static void XorBatches(ReadOnlySpan<Vector128<byte>> roundKeys, int rounds, ref ulong high, ref ulong low, Span<byte> inPlace)
    {
        Debug.Assert(inPlace.Length % AesCtr.BatchLength == 0 && roundKeys.Length > rounds);
        while (!inPlace.IsEmpty)
        {
            // The kernel counts in the low half only, so it runs up to the batch in which that half wraps.
            ulong batchesBeforeWrap = (ulong.MaxValue - low) / 8;
            int batches = (int)Math.Min(batchesBeforeWrap, (ulong)(inPlace.Length / AesCtr.BatchLength));
            if (batches == 0)
            {
                XorWrappingBatch(roundKeys, rounds, ref high, ref low, inPlace[..AesCtr.BatchLength]);
                inPlace = inPlace[AesCtr.BatchLength..];
                continue;
            }

            XorBatches(
                ref MemoryMarshal.GetReference(roundKeys), rounds, high, low, ref MemoryMarshal.GetReference(inPlace), batches);
            low += (ulong)batches * 8;
            inPlace = inPlace[(batches * AesCtr.BatchLength)..];
        }
    }

    /// <summary>One batch, block by block, carrying from the low half into the high one. Apart, so that the kernel needs no call.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void XorWrappingBatch(
        ReadOnlySpan<Vector128<byte>> roundKeys, int rounds, ref ulong high, ref ulong low, Span<byte> batch)
    {
        for (; !batch.IsEmpty; batch = batch[BlockLength..])
        {
            Vector128<byte> stream = Encrypt(roundKeys, rounds, CounterBlock(high, low));
            (Vector128.Create<byte>(batch[..BlockLength]) ^ stream).CopyTo(batch);
            low++;
            if (low == 0)
            {
                high++;
            }
        }
    }

    public static Vector128<byte> CounterBlock(ulong high, ulong low) => Reverse(Vector128.Create(low, high));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Reverse(Vector128<ulong> counter) => Ssse3.Shuffle(
        counter.AsByte(),
        Vector128.Create((byte)15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0));

    // Eight blocks in flight hide the latency of the instruction. They must stay plain locals: passed by reference they would live
    // on the stack and the kernel would be less than half as fast.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void XorBatches(
        ref readonly Vector128<byte> roundKeys, int rounds, ulong high, ulong low, ref byte data, int batches)
    {
        Vector128<ulong> counter = Vector128.Create(low, high);
        Vector128<ulong> one = Vector128.Create(1UL, 0UL);
        ref Vector128<byte> keys = ref Unsafe.AsRef(in roundKeys);
        for (; batches > 0; batches--)
        {
            Vector128<byte> key = keys;
            Vector128<byte> b0 = Reverse(counter) ^ key;
            counter += one;
            Vector128<byte> b1 = Reverse(counter) ^ key;
            counter += one;
            Vector128<byte> b2 = Reverse(counter) ^ key;
            counter += one;
            Vector128<byte> b3 = Reverse(counter) ^ key;
            counter += one;
            Vector128<byte> b4 = Reverse(counter) ^ key;
            counter += one;
            Vector128<byte> b5 = Reverse(counter) ^ key;
            counter += one;
            Vector128<byte> b6 = Reverse(counter) ^ key;
            counter += one;
            Vector128<byte> b7 = Reverse(counter) ^ key;
            counter += one;
            for (nint round = 1; round < rounds; round++)
            {
                key = Unsafe.Add(ref keys, round);
                b0 = AesInstructions.Encrypt(b0, key);
                b1 = AesInstructions.Encrypt(b1, key);
                b2 = AesInstructions.Encrypt(b2, key);
                b3 = AesInstructions.Encrypt(b3, key);
                b4 = AesInstructions.Encrypt(b4, key);
                b5 = AesInstructions.Encrypt(b5, key);
                b6 = AesInstructions.Encrypt(b6, key);
                b7 = AesInstructions.Encrypt(b7, key);
            }

            key = Unsafe.Add(ref keys, rounds);
            (AesInstructions.EncryptLast(b0, key) ^ Vector128.LoadUnsafe(ref data)).StoreUnsafe(ref data);
            (AesInstructions.EncryptLast(b1, key) ^ Vector128.LoadUnsafe(ref data, 16)).StoreUnsafe(ref data, 16);
            (AesInstructions.EncryptLast(b2, key) ^ Vector128.LoadUnsafe(ref data, 32)).StoreUnsafe(ref data, 32);
            (AesInstructions.EncryptLast(b3, key) ^ Vector128.LoadUnsafe(ref data, 48)).StoreUnsafe(ref data, 48);
            (AesInstructions.EncryptLast(b4, key) ^ Vector128.LoadUnsafe(ref data, 64)).StoreUnsafe(ref data, 64);
            (AesInstructions.EncryptLast(b5, key) ^ Vector128.LoadUnsafe(ref data, 80)).StoreUnsafe(ref data, 80);
            (AesInstructions.EncryptLast(b6, key) ^ Vector128.LoadUnsafe(ref data, 96)).StoreUnsafe(ref data, 96);
            (AesInstructions.EncryptLast(b7, key) ^ Vector128.LoadUnsafe(ref data, 112)).StoreUnsafe(ref data, 112);
            data = ref Unsafe.Add(ref data, AesCtr.BatchLength);
        }
    }
}
