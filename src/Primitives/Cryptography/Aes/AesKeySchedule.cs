using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Tunic.Primitives.Cryptography;

/// <summary>The key expansion of AES (FIPS 197, section 5.2); the substitution comes from the implementation.</summary>
internal static class AesKeySchedule
{
    /// <summary>Round keys of AES-256, the most.</summary>
    public const int MaxRoundKeys = 15;

    /// <summary>Room for all round keys.</summary>
    [InlineArray(MaxRoundKeys)]
    public struct RoundKeys
    {
        private Vector128<byte> _first;
    }

    public static void RequireKeyLength(ReadOnlySpan<byte> key)
    {
        if (key.Length is not (16 or 24 or 32))
        {
            throw new ArgumentException($"needs 16, 24 or 32 bytes, not {key.Length}", nameof(key));
        }
    }

    /// <summary>10, 12 or 14.</summary>
    public static int RoundCount(int keyLength) => (keyLength / 4) + 6;

    /// <summary>Fills the words of the round keys, each with its first byte lowest.</summary>
    /// <param name="words">4 (rounds + 1) words.</param>
    public static void Expand<TSubstitution>(ReadOnlySpan<byte> key, Span<uint> words)
        where TSubstitution : IAesSubstitution
    {
        int keyWords = key.Length / 4;
        for (int i = 0; i < keyWords; i++)
        {
            words[i] = BinaryPrimitives.ReadUInt32LittleEndian(key[(4 * i)..]);
        }

        uint roundConstant = 1;
        uint word = words[keyWords - 1];
        for (int i = keyWords, phase = 0; i < words.Length; i++)
        {
            if (phase == 0)
            {
                word = BitOperations.RotateRight(TSubstitution.SubstituteWord(word), 8) ^ roundConstant;
                roundConstant = (roundConstant << 1) ^ ((roundConstant >> 7) * 0x11b);
            }
            else if (phase == 4 && keyWords == 8)
            {
                word = TSubstitution.SubstituteWord(word);
            }

            word ^= words[i - keyWords];
            words[i] = word;
            phase = phase + 1 == keyWords ? 0 : phase + 1;
        }
    }
}
