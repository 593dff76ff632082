using System.Buffers.Binary;
using Tunic.Tests.Fuzz.Engine;

namespace Tunic.Tests.Fuzz.Mutation;

/// <summary>Changes bytes, and what looks like a length field before bytes.</summary>
internal sealed class ByteMutator : Mutator
{
    private static readonly ulong[] _interesting =
    [
        0, 1, 2, 4, 8, 16, 20, 32, 64, 100, 127, 128, 255, 256, 488, 498, 509, 512, 1000, 1024, 4096, 32767, 32768, 65535, 65536,
        int.MaxValue, 0x8000_0000, uint.MaxValue, long.MaxValue, 0x8000_0000_0000_0000, ulong.MaxValue,
    ];

    public override void Mutate(InputBuffer input, ReadOnlySpan<byte> other, FuzzRandom random)
    {
        int place = random.Below(input.Length + 1);
        switch (random.Below(12))
        {
            case 0 when place < input.Length:
                input.Span[place] ^= (byte)(1 << random.Below(8));
                break;
            case 1 when place < input.Length:
                input.Span[place] = (byte)random.Next();
                break;
            case 2 when place < input.Length:
                input.Span[place] += (byte)(random.Below(9) - 4);
                break;
            case 3:
                WriteInteresting(input.Span[place..], random);
                break;
            case 4:
                foreach (ref byte added in input.Insert(place, random.Small(64)))
                {
                    added = (byte)random.Next();
                }

                break;
            case 5:
                input.Insert(place, random.Small(64)).Fill((byte)(random.OneIn(2) ? 0 : random.Next()));
                break;
            case 6:
                input.Remove(place, random.Small(input.Length));
                break;
            case 7:
                int count = random.Small(input.Length - place);
                input.Insert(random.Below(input.Length + 1), input.Span.Slice(place, Math.Min(count, input.Length - place)));
                break;
            case 8:
                Splice(input, place, other, random);
                break;
            case 9 or 10:
                ChangeLength(input.Span, place, random);
                break;
            default:
                DuplicateField(input, place, random);
                break;
        }
    }

    private static void WriteInteresting(Span<byte> rest, FuzzRandom random)
    {
        Span<byte> number = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(number, _interesting[random.Below(_interesting.Length)]);
        Span<byte> low = number[^(1 << random.Below(4))..];
        low[..Math.Min(low.Length, rest.Length)].CopyTo(rest);
    }

    private static void Splice(InputBuffer input, int place, ReadOnlySpan<byte> other, FuzzRandom random)
    {
        int start = random.Below(other.Length);
        ReadOnlySpan<byte> piece = other.Slice(start, random.OneIn(3) ? other.Length - start : Math.Min(random.Small(256), other.Length - start));
        if (random.OneIn(2))
        {
            input.Remove(place, piece.Length);
        }

        input.Insert(place, piece);
    }

    /// <summary>Sets a byte or two to what is left, or to one more or less.</summary>
    private static void ChangeLength(Span<byte> input, int place, FuzzRandom random)
    {
        int size = 1 + random.Below(2);
        if (place + size > input.Length)
        {
            return;
        }

        Span<byte> field = input.Slice(place, size);
        int old = size == 1 ? field[0] : BinaryPrimitives.ReadUInt16BigEndian(field);
        int length = (random.OneIn(2) ? old : input.Length - place - size) + random.Below(3) - 1;
        field[^1] = (byte)length;
        if (size == 2)
        {
            field[0] = (byte)(length >> 8);
        }
    }

    /// <summary>Doubles, or removes, what looks like type, length and value.</summary>
    private static void DuplicateField(InputBuffer input, int place, FuzzRandom random)
    {
        int head = 2 + random.Below(2);
        if (place + head > input.Length)
        {
            return;
        }

        int length = head + (head == 2 ? input.Span[place + 1] : BinaryPrimitives.ReadUInt16BigEndian(input.Span[(place + 1)..]));
        if (place + length > input.Length)
        {
            return;
        }

        if (random.OneIn(3))
        {
            input.Remove(place, length);
            return;
        }

        input.Insert(place, input.Span.Slice(place, length));
    }
}
