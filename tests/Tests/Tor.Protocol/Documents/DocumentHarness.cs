using Tunic.Primitives.Time;

namespace Tunic.Tests.Tor.Protocol.Documents;

/// <summary>Feeds damaged copies of a document to a parser that must refuse or accept, but never throw.</summary>
internal static class DocumentHarness
{
    /// <summary>Each prefix that ends at a line; the parser says whether it accepted.</summary>
    public static int CountAcceptedPrefixes(byte[] document, Func<ReadOnlyMemory<byte>, bool> parse)
    {
        int accepted = 0;
        for (int end = 0; end < document.Length; end++)
        {
            if (end == 0 || document[end - 1] == '\n')
            {
                accepted += parse(document.AsMemory(0, end)) ? 1 : 0;
            }
        }

        return accepted;
    }

    /// <summary>Copies with bytes changed, pieces cut out, and lines doubled or exchanged.</summary>
    public static void Mutate(byte[] document, int seed, int rounds, Func<ReadOnlyMemory<byte>, bool> parse)
    {
        var random = new SeededRandomSource((ulong)seed);
        for (int round = 0; round < rounds; round++)
        {
            byte[] damaged = [.. document];
            int changes = 1 + random.NextInt32(3);
            for (int change = 0; change < changes && damaged.Length > 2; change++)
            {
                damaged = MutateOnce(damaged, random);
            }

            parse(damaged);
        }
    }

    private static byte[] MutateOnce(byte[] document, SeededRandomSource random)
    {
        int at = random.NextInt32(document.Length);
        int length = Math.Min(1 + random.NextInt32(40), document.Length - at);
        switch (random.NextInt32(5))
        {
            case 0:
                document[at] = (byte)random.NextInt32(256);
                return document;
            case 1:
                document[at] = " \n\0-=9,"u8[random.NextInt32(7)];
                return document;
            case 2:
                return [.. document[..at], .. document[(at + length)..]];
            case 3:
                return [.. document[..at], .. document[at..(at + length)], .. document[at..]];
            default:
                return SwapLines(document, random);
        }
    }

    private static byte[] SwapLines(byte[] document, SeededRandomSource random)
    {
        string[] lines = System.Text.Encoding.Latin1.GetString(document).Split('\n');
        int first = random.NextInt32(lines.Length);
        int second = random.NextInt32(lines.Length);
        (lines[first], lines[second]) = (lines[second], lines[first]);
        return System.Text.Encoding.Latin1.GetBytes(string.Join('\n', lines));
    }
}
