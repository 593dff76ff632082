using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;

namespace Tunic.Primitives.Cryptography;

/// <summary>
/// AES (FIPS 197) on eight blocks at once without tables or branches on data. Plane k holds bit k of every byte of the state: byte i of
/// the plane belongs to byte i of the blocks, and bit j of it to block j.
/// </summary>
internal sealed class BitslicedAes : IAesSubstitution
{
    private const int Planes = 8;

    private readonly Vector128<byte>[] _keyPlanes = new Vector128<byte>[AesKeySchedule.MaxRoundKeys * Planes];
    private int _rounds;

    public static uint SubstituteWord(uint word)
    {
        Span<Vector128<byte>> planes = stackalloc Vector128<byte>[Planes];
        planes.Clear();
        planes[0] = Vector128.CreateScalar(word).AsByte();
        Transpose(planes);
        AesSubstitutionCircuit.Apply(planes);
        Transpose(planes);
        return planes[0].AsUInt32().ToScalar();
    }

    public void SetKey(ReadOnlySpan<byte> key)
    {
        _rounds = AesKeySchedule.RoundCount(key.Length);
        var roundKeys = default(AesKeySchedule.RoundKeys);
        Span<Vector128<byte>> expanded = ((Span<Vector128<byte>>)roundKeys)[..(_rounds + 1)];
        AesKeySchedule.Expand<BitslicedAes>(key, MemoryMarshal.Cast<Vector128<byte>, uint>(expanded));
        for (int round = 0; round <= _rounds; round++)
        {
            Span<Vector128<byte>> planes = KeyPlanes(round);
            planes.Fill(expanded[round]); // the same key for all eight blocks
            Transpose(planes);
        }

        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(expanded));
    }

    public void Wipe() => CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(_keyPlanes.AsSpan()));

    /// <summary>Encrypts eight blocks where they lie.</summary>
    public void EncryptBatch(Span<byte> blocks)
    {
        Span<Vector128<byte>> state = MemoryMarshal.Cast<byte, Vector128<byte>>(blocks);
        Transpose(state);
        AddRoundKey(state, 0);
        for (int round = 1; round < _rounds; round++)
        {
            AesSubstitutionCircuit.Apply(state);
            ShiftRows(state);
            MixColumns(state);
            AddRoundKey(state, round);
        }

        AesSubstitutionCircuit.Apply(state);
        ShiftRows(state);
        AddRoundKey(state, _rounds);
        Transpose(state);
    }

    /// <summary>Decrypts eight blocks where they lie.</summary>
    public void DecryptBatch(Span<byte> blocks)
    {
        Span<Vector128<byte>> state = MemoryMarshal.Cast<byte, Vector128<byte>>(blocks);
        Transpose(state);
        AddRoundKey(state, _rounds);
        for (int round = _rounds - 1; round > 0; round--)
        {
            InverseShiftRows(state);
            AesSubstitutionCircuit.ApplyInverse(state);
            AddRoundKey(state, round);
            InverseMixColumns(state);
        }

        InverseShiftRows(state);
        AesSubstitutionCircuit.ApplyInverse(state);
        AddRoundKey(state, 0);
        Transpose(state);
    }

    private Span<Vector128<byte>> KeyPlanes(int round) => _keyPlanes.AsSpan(round * Planes, Planes);

    private void AddRoundKey(Span<Vector128<byte>> state, int round)
    {
        Span<Vector128<byte>> key = KeyPlanes(round);
        for (int k = 0; k < Planes; k++)
        {
            state[k] ^= key[k];
        }
    }

    private static void ShiftRows(Span<Vector128<byte>> state)
    {
        for (int k = 0; k < Planes; k++)
        {
            state[k] = Vector128.Shuffle(state[k], Vector128.Create((byte)0, 5, 10, 15, 4, 9, 14, 3, 8, 13, 2, 7, 12, 1, 6, 11));
        }
    }

    private static void InverseShiftRows(Span<Vector128<byte>> state)
    {
        for (int k = 0; k < Planes; k++)
        {
            state[k] = Vector128.Shuffle(state[k], Vector128.Create((byte)0, 13, 10, 7, 4, 1, 14, 11, 8, 5, 2, 15, 12, 9, 6, 3));
        }
    }

    /// <summary>Each byte a becomes 2(a + b) + b + c + d, where b, c, d are the next three of its column.</summary>
    private static void MixColumns(Span<Vector128<byte>> state)
    {
        Span<Vector128<byte>> sums = stackalloc Vector128<byte>[Planes];
        for (int k = 0; k < Planes; k++)
        {
            Vector128<byte> next = RotateColumns(state[k], 1);
            sums[k] = state[k] ^ next;
            state[k] = next ^ RotateColumns(sums[k], 2);
        }

        AddDoubled(sums, state);
    }

    /// <summary>a becomes a + 4(a + c); then the forward transformation does the rest.</summary>
    private static void InverseMixColumns(Span<Vector128<byte>> state)
    {
        Span<Vector128<byte>> sums = stackalloc Vector128<byte>[Planes];
        Span<Vector128<byte>> doubled = stackalloc Vector128<byte>[Planes];
        doubled.Clear();
        for (int k = 0; k < Planes; k++)
        {
            sums[k] = state[k] ^ RotateColumns(state[k], 2);
        }

        AddDoubled(sums, doubled);
        AddDoubled(doubled, state);
        MixColumns(state);
    }

    /// <summary>Adds twice the value in GF(2^8): every bit moves up, and the top bit comes back as 1b.</summary>
    private static void AddDoubled(ReadOnlySpan<Vector128<byte>> value, Span<Vector128<byte>> target)
    {
        Vector128<byte> top = value[7];
        target[0] ^= top;
        target[1] ^= value[0] ^ top;
        target[2] ^= value[1];
        target[3] ^= value[2] ^ top;
        target[4] ^= value[3] ^ top;
        target[5] ^= value[4];
        target[6] ^= value[5];
        target[7] ^= value[6];
    }

    private static Vector128<byte> RotateColumns(Vector128<byte> plane, int rows)
    {
        Vector128<uint> columns = plane.AsUInt32();
        return ((columns >>> (8 * rows)) | (columns << (32 - (8 * rows)))).AsByte();
    }

    /// <summary>Turns blocks into planes and back: transposes the 8 by 8 bits at each byte position.</summary>
    private static void Transpose(Span<Vector128<byte>> rows)
    {
        for (int i = 0; i < 8; i += 2)
        {
            Exchange(ref rows[i], ref rows[i + 1], 1, Vector128.Create(0x5555555555555555UL));
        }

        for (int i = 0; i < 8; i++)
        {
            if ((i & 2) == 0)
            {
                Exchange(ref rows[i], ref rows[i + 2], 2, Vector128.Create(0x3333333333333333UL));
            }
        }

        for (int i = 0; i < 4; i++)
        {
            Exchange(ref rows[i], ref rows[i + 4], 4, Vector128.Create(0x0f0f0f0f0f0f0f0fUL));
        }
    }

    /// <summary>Exchanges the upper bits of the one with the lower bits of the other.</summary>
    private static void Exchange(ref Vector128<byte> low, ref Vector128<byte> high, int distance, Vector128<ulong> mask)
    {
        Vector128<ulong> difference = ((low.AsUInt64() >>> distance) ^ high.AsUInt64()) & mask;
        high = (high.AsUInt64() ^ difference).AsByte();
        low = (low.AsUInt64() ^ (difference << distance)).AsByte();
    }
}
