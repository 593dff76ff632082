using System.Buffers.Binary;
using System.Numerics;

namespace Tunic.Primitives.Cryptography;

/// <summary>BLAKE2b without a key (RFC 7693), with the salt of the original paper.</summary>
public static class Blake2b
{
    /// <summary>The longest hash, in bytes.</summary>
    public const int MaxHashLength = 64;

    /// <summary>Bytes of a salt.</summary>
    public const int SaltLength = 16;

    private const int BlockLength = 128;
    private const int Rounds = 12;

    private static readonly ulong[] _initial =
    [
        0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
        0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179,
    ];

    // Rounds 10 and 11 are 0 and 1 again.
    private static ReadOnlySpan<byte> Order =>
    [
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
        14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3,
        11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4,
        7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8,
        9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13,
        2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9,
        12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11,
        13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10,
        6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5,
        10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0,
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
        14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3,
    ];

    /// <summary>Hashes a whole message. The length of the hash is part of the hash.</summary>
    /// <param name="message">What is hashed.</param>
    /// <param name="hash">Filled whole; 1 to <see cref="MaxHashLength"/> bytes.</param>
    /// <param name="salt">Empty, or <see cref="SaltLength"/> bytes that set this use apart from others.</param>
    /// <exception cref="ArgumentException">The hash or the salt has another length.</exception>
    public static void Hash(ReadOnlySpan<byte> message, Span<byte> hash, ReadOnlySpan<byte> salt = default)
    {
        if (hash.Length is 0 or > MaxHashLength || salt.Length is not (0 or SaltLength))
        {
            throw new ArgumentException("a hash has 1 to 64 bytes, a salt 16 or none");
        }

        Span<ulong> state = stackalloc ulong[8];
        _initial.CopyTo(state);
        state[0] ^= 0x0101_0000 ^ (ulong)hash.Length; // one leaf of depth one, no key
        if (!salt.IsEmpty)
        {
            state[4] ^= BinaryPrimitives.ReadUInt64LittleEndian(salt);
            state[5] ^= BinaryPrimitives.ReadUInt64LittleEndian(salt[8..]);
        }

        ulong hashed = 0;
        for (; message.Length > BlockLength; message = message[BlockLength..])
        {
            hashed += BlockLength;
            Compress(state, message[..BlockLength], hashed, isLast: false);
        }

        Span<byte> last = stackalloc byte[BlockLength];
        last.Clear();
        message.CopyTo(last);
        Compress(state, last, hashed + (ulong)message.Length, isLast: true);
        Span<byte> whole = stackalloc byte[MaxHashLength];
        for (int i = 0; i < state.Length; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(whole[(8 * i)..], state[i]);
        }

        whole[..hash.Length].CopyTo(hash);
    }

    private static void Compress(Span<ulong> state, ReadOnlySpan<byte> block, ulong hashed, bool isLast)
    {
        Span<ulong> words = stackalloc ulong[16];
        for (int i = 0; i < words.Length; i++)
        {
            words[i] = BinaryPrimitives.ReadUInt64LittleEndian(block[(8 * i)..]);
        }

        Span<ulong> work = stackalloc ulong[16];
        state.CopyTo(work);
        _initial.CopyTo(work[8..]);
        work[12] ^= hashed;
        work[14] ^= isLast ? ulong.MaxValue : 0;
        for (int round = 0; round < Rounds; round++)
        {
            ReadOnlySpan<byte> order = Order.Slice(16 * round, 16);
            Mix(ref work[0], ref work[4], ref work[8], ref work[12], words[order[0]], words[order[1]]);
            Mix(ref work[1], ref work[5], ref work[9], ref work[13], words[order[2]], words[order[3]]);
            Mix(ref work[2], ref work[6], ref work[10], ref work[14], words[order[4]], words[order[5]]);
            Mix(ref work[3], ref work[7], ref work[11], ref work[15], words[order[6]], words[order[7]]);
            Mix(ref work[0], ref work[5], ref work[10], ref work[15], words[order[8]], words[order[9]]);
            Mix(ref work[1], ref work[6], ref work[11], ref work[12], words[order[10]], words[order[11]]);
            Mix(ref work[2], ref work[7], ref work[8], ref work[13], words[order[12]], words[order[13]]);
            Mix(ref work[3], ref work[4], ref work[9], ref work[14], words[order[14]], words[order[15]]);
        }

        for (int i = 0; i < state.Length; i++)
        {
            state[i] ^= work[i] ^ work[i + 8];
        }
    }

    private static void Mix(ref ulong a, ref ulong b, ref ulong c, ref ulong d, ulong x, ulong y)
    {
        unchecked
        {
            a += b + x;
            d = BitOperations.RotateRight(d ^ a, 32);
            c += d;
            b = BitOperations.RotateRight(b ^ c, 24);
            a += b + y;
            d = BitOperations.RotateRight(d ^ a, 16);
            c += d;
            b = BitOperations.RotateRight(b ^ c, 63);
        }
    }
}
