using System.Buffers.Binary;
using System.Numerics;

namespace Tunic.Primitives.Cryptography;

/// <summary>SHA-1 (FIPS 180-4, section 6.1) in C#, where libcrypto is not at hand.</summary>
internal static class ManagedSha1
{
    private const int BlockLength = 64;

    public static void Update(ref Sha1State state, ReadOnlySpan<byte> bytes)
    {
        ulong bitCount = (((ulong)state.BitCountHigh << 32) | state.BitCountLow) + ((ulong)bytes.Length << 3);
        state.BitCountLow = (uint)bitCount;
        state.BitCountHigh = (uint)(bitCount >> 32);

        int pending = (int)state.PendingLength;
        if (pending > 0)
        {
            int count = Math.Min(bytes.Length, BlockLength - pending);
            bytes[..count].CopyTo(state.Pending[pending..]);
            bytes = bytes[count..];
            pending += count;
            if (pending == BlockLength)
            {
                Compress(ref state.Chaining, state.Pending);
                pending = 0;
            }
        }

        while (bytes.Length >= BlockLength)
        {
            Compress(ref state.Chaining, bytes[..BlockLength]);
            bytes = bytes[BlockLength..];
        }

        bytes.CopyTo(state.Pending[pending..]);
        state.PendingLength = (uint)(pending + bytes.Length);
    }

    /// <summary>Pads and writes the digest; the state is used up.</summary>
    public static void Finish(ref Sha1State state, Span<byte> digest)
    {
        Span<byte> block = state.Pending;
        int pending = (int)state.PendingLength;
        block[pending++] = 0x80;
        block[pending..].Clear();
        if (pending > BlockLength - 8)
        {
            Compress(ref state.Chaining, block);
            block.Clear();
        }

        BinaryPrimitives.WriteUInt32BigEndian(block[56..], state.BitCountHigh);
        BinaryPrimitives.WriteUInt32BigEndian(block[60..], state.BitCountLow);
        Compress(ref state.Chaining, block);
        for (int i = 0; i < 5; i++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(digest[(4 * i)..], state.Chaining[i]);
        }
    }

    private static void Compress(ref Sha1State.Chain chain, ReadOnlySpan<byte> block)
    {
        Span<uint> w = stackalloc uint[80];
        for (int t = 0; t < 16; t++)
        {
            w[t] = BinaryPrimitives.ReadUInt32BigEndian(block[(4 * t)..]);
        }

        for (int t = 16; t < 80; t++)
        {
            w[t] = BitOperations.RotateLeft(w[t - 3] ^ w[t - 8] ^ w[t - 14] ^ w[t - 16], 1);
        }

        uint a = chain[0], b = chain[1], c = chain[2], d = chain[3], e = chain[4];
        for (int t = 0; t < 80; t++)
        {
            uint mixed = t switch
            {
                < 20 => ((b & c) ^ (~b & d)) + 0x5a827999,
                < 40 => (b ^ c ^ d) + 0x6ed9eba1,
                < 60 => ((b & c) ^ (b & d) ^ (c & d)) + 0x8f1bbcdc,
                _ => (b ^ c ^ d) + 0xca62c1d6,
            };
            uint next = BitOperations.RotateLeft(a, 5) + mixed + e + w[t];
            e = d;
            d = c;
            c = BitOperations.RotateLeft(b, 30);
            b = a;
            a = next;
        }

        chain[0] += a;
        chain[1] += b;
        chain[2] += c;
        chain[3] += d;
        chain[4] += e;
        w.Clear();
    }
}
