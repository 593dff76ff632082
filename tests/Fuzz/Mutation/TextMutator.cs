using System.Text;
using Tunic.Tests.Fuzz.Engine;

namespace Tunic.Tests.Fuzz.Mutation;

/// <summary>Changes lines, words and objects of text documents. Its words are those of the seeds, and some that are always bad.</summary>
internal sealed class TextMutator : Mutator
{
    private const int MaxWords = 2000;

    private readonly byte[][] _words;

    public TextMutator(IEnumerable<byte[]> seeds)
    {
        IEnumerable<string> known = seeds
            .SelectMany(seed => Encoding.Latin1.GetString(seed).Split([' ', '\n', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries))
            .Where(word => word.Length <= 100)
            .Distinct()
            .Take(MaxWords);
        _words = [.. Constants.Concat(known).Select(Encoding.Latin1.GetBytes)];
    }

    private static IEnumerable<string> Constants =>
    [
        "0", "-1", "+1", "00", "1.5", "1e9", "0x10", "65535", "65536", "2147483647", "2147483648", "-2147483648", "4294967295", "4294967296",
        "9223372036854775807", "9223372036854775808", "18446744073709551615", "18446744073709551616", "99999999999999999999999999",
        "1970-01-01 00:00:00", "0001-01-01 00:00:00", "9999-12-31 23:59:59", "2026-02-30 25:61:61", "2026-11-21", "10:00:00",
        "=", "==", "a=", "=1", "a=1 a=2", ",", ",,", "1-", "-1-", "5-1", "1-65535", "*:*", "*4:*", "*6:1-", "1.2.3.4/33:80", "[::]/129:1", "[::1]:1",
        "0.0.0.0", "255.255.255.255:65536", "accept", "reject", "\0", "\r", "\t", "\v", "\u00ff\u00fe", "$", "$$", "-----BEGIN", "-----END X-----",
        "-----BEGIN SIGNATURE-----\n-----END SIGNATURE-----", "-----BEGIN RSA PUBLIC KEY-----\nMA==\n-----END RSA PUBLIC KEY-----", "AAAA", "A===", "opt",
    ];

    public override void Mutate(InputBuffer input, ReadOnlySpan<byte> other, FuzzRandom random)
    {
        int place = random.Below(input.Length + 1);
        switch (random.Below(14))
        {
            case 0:
                RemoveLines(input, place, 1);
                break;
            case 1:
                RemoveLines(input, place, 1 + random.Below(8));
                break;
            case 2:
                input.Insert(LineStart(input.Span, random.Below(input.Length + 1)), Line(input.Span, place));
                break;
            case 3:
                MoveLine(input, place, random);
                break;
            case 4:
                TakeLines(input, place, other, random);
                break;
            case 5 or 6 or 7:
                ReplaceWord(input, place, _words[random.Below(_words.Length)]);
                break;
            case 8:
                RemoveWord(input, place);
                break;
            case 9:
                InsertWord(input, place, _words[random.Below(_words.Length)]);
                break;
            case 10:
                input.Insert(place, 1 << random.Below(12)).Fill((byte)(random.OneIn(4) ? (int)random.Next() : "0 9A-\n"[random.Below(6)]));
                break;
            case 11:
                input.Insert(place, random.Below(4) switch { 0 => "\0"u8, 1 => "\r\n"u8, 2 => "\n"u8, _ => "\n\n"u8 });
                break;
            case 12:
                RepeatLine(input, place, random.Small(64));
                break;
            default:
                ChangeDigit(input.Span, place, random);
                break;
        }
    }

    private static int LineStart(ReadOnlySpan<byte> text, int place) => text[..place].LastIndexOf((byte)'\n') + 1;

    private static ReadOnlySpan<byte> Line(ReadOnlySpan<byte> text, int place)
    {
        int start = LineStart(text, place);
        int length = text[start..].IndexOf((byte)'\n');
        return length < 0 ? text[start..] : text.Slice(start, length + 1);
    }

    private static void RemoveLines(InputBuffer input, int place, int count)
    {
        int start = LineStart(input.Span, place);
        for (int i = 0; i < count && start < input.Length; i++)
        {
            input.Remove(start, Line(input.Span, start).Length);
        }
    }

    private static void MoveLine(InputBuffer input, int place, FuzzRandom random)
    {
        byte[] line = Line(input.Span, place).ToArray();
        RemoveLines(input, place, 1);
        input.Insert(LineStart(input.Span, random.Below(input.Length + 1)), line);
    }

    private static void RepeatLine(InputBuffer input, int place, int count)
    {
        byte[] line = Line(input.Span, place).ToArray();
        for (int i = 0; i < count; i++)
        {
            input.Insert(LineStart(input.Span, Math.Min(place, input.Length)), line);
        }
    }

    private static void TakeLines(InputBuffer input, int place, ReadOnlySpan<byte> other, FuzzRandom random)
    {
        int start = LineStart(other, random.Below(other.Length + 1));
        int count = 0;
        for (int lines = random.Small(16); lines > 0 && start + count < other.Length; lines--)
        {
            count += Line(other, start + count).Length;
        }

        input.Insert(LineStart(input.Span, place), other.Slice(start, count));
    }

    /// <summary>Start and length of the word at a place; empty between words.</summary>
    private static (int Start, int Length) Word(ReadOnlySpan<byte> text, int place)
    {
        int start = text[..place].LastIndexOfAny(" \n=,:"u8) + 1;
        int length = text[start..].IndexOfAny(" \n=,:"u8);
        return (start, length < 0 ? text.Length - start : length);
    }

    private static void ReplaceWord(InputBuffer input, int place, byte[] word)
    {
        (int start, int length) = Word(input.Span, place);
        input.Remove(start, length);
        input.Insert(start, word);
    }

    private static void RemoveWord(InputBuffer input, int place)
    {
        (int start, int length) = Word(input.Span, place);
        input.Remove(start, length + 1);
    }

    private static void InsertWord(InputBuffer input, int place, byte[] word)
    {
        (int start, _) = Word(input.Span, place);
        input.Insert(start, " "u8);
        input.Insert(start, word);
    }

    private static void ChangeDigit(Span<byte> text, int place, FuzzRandom random)
    {
        int digit = text[place..].IndexOfAnyInRange((byte)'0', (byte)'9');
        if (digit >= 0)
        {
            text[place + digit] = (byte)('0' + random.Below(10));
        }
    }
}
