using System.Buffers.Text;

namespace Tunic.Tor.Protocol.Documents.Diffs;

/// <summary>Carries out a script of the commands a, c and d, which run from the end of the document to its start.</summary>
internal static class EdScriptApplier
{
    private const int MaxCommandLength = 127;

    /// <param name="from">The document.</param>
    /// <param name="script">The script's lines.</param>
    /// <param name="scriptStart">The first line that is a command.</param>
    /// <param name="result">The new document.</param>
    /// <param name="failure">What is wrong, to follow "because".</param>
    public static bool TryApply(DocumentLines from, DocumentLines script, int scriptStart, out byte[] result, out string failure)
    {
        result = [];
        failure = "";

        // Pieces of the result, last piece first. Their number is bounded by the two inputs.
        var pieces = new List<Piece>();
        int untouched = from.Count; // lines of the base before which nothing has been decided
        for (int index = scriptStart; index < script.Count; index++)
        {
            if (ReadCommand(script[index], from.Count) is not { } command)
            {
                failure = "an ed command is malformed.";
                return false;
            }

            if (command.Last > untouched)
            {
                failure = "its commands are not properly sorted in reverse order.";
                return false;
            }

            pieces.Add(new Piece(from, command.Last, untouched));
            untouched = command.Action == 'a' ? command.Last : Math.Max(command.First - 1, 0);
            if (command.Action == 'd')
            {
                continue;
            }

            int added = index + 1;
            index = FindEnd(script, added);
            if (index < 0 || index == added)
            {
                failure = index < 0 ? "it has lines to be inserted that don't end with a \".\"." : "it has an ed command that tries to insert zero lines.";
                return false;
            }

            pieces.Add(new Piece(script, added, index));
        }

        pieces.Add(new Piece(from, 0, untouched));
        result = Join(pieces);
        return true;
    }

    private static (int First, int Last, char Action)? ReadCommand(ReadOnlySpan<byte> line, int lineCount)
    {
        if (line.Length > MaxCommandLength || !TryReadNumber(ref line, out int first))
        {
            return null;
        }

        int last = first;
        bool isRange = line.Length > 0 && line[0] == ',';
        bool toEnd = false;
        if (isRange)
        {
            line = line[1..];
            toEnd = line.Length > 0 && line[0] == '$';
            if (toEnd)
            {
                last = lineCount;
                line = line[1..];
            }
            else if (!TryReadNumber(ref line, out last))
            {
                return null;
            }

            if (last <= first && !(toEnd && last == first))
            {
                return null;
            }
        }

        char action = line.Length == 1 ? (char)line[0] : '?';
        bool good = action switch
        {
            'a' => !isRange,
            'c' => !toEnd && first > 0,
            'd' => first > 0,
            _ => false,
        };
        return good ? (first, last, action) : null;
    }

    private static bool TryReadNumber(ref ReadOnlySpan<byte> line, out int number)
    {
        number = 0;
        if (line.IsEmpty || !char.IsAsciiDigit((char)line[0]) || !Utf8Parser.TryParse(line, out number, out int used))
        {
            return false;
        }

        line = line[used..];
        return true;
    }

    private static int FindEnd(DocumentLines script, int start)
    {
        for (int index = start; index < script.Count; index++)
        {
            if (script[index].SequenceEqual("."u8))
            {
                return index;
            }
        }

        return -1;
    }

    private static byte[] Join(List<Piece> pieces)
    {
        int length = 0;
        foreach ((DocumentLines lines, int start, int end) in pieces)
        {
            for (int index = start; index < end; index++)
            {
                length += lines[index].Length + 1;
            }
        }

        var joined = new byte[length];
        int position = 0;
        for (int piece = pieces.Count - 1; piece >= 0; piece--)
        {
            for (int index = pieces[piece].Start; index < pieces[piece].End; index++)
            {
                ReadOnlySpan<byte> line = pieces[piece].Lines[index];
                line.CopyTo(joined.AsSpan(position));
                position += line.Length;
                joined[position++] = (byte)'\n';
            }
        }

        return joined;
    }

    private readonly record struct Piece(DocumentLines Lines, int Start, int End);
}
