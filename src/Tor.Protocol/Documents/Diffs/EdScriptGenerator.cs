using System.Text;
using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Documents.Lexing;

namespace Tunic.Tor.Protocol.Documents.Diffs;

/// <summary>Makes a script of ed commands between two consensuses.</summary>
/// <remarks>
/// Relays stand in ascending order in both, so entries are paired by identity and only the lines of one entry, or of the preamble,
/// are compared with each other: the time is linear in the number of relays.
/// </remarks>
internal sealed class EdScriptGenerator
{
    private readonly DocumentLines _from;
    private readonly DocumentLines _to;
    private readonly int _fromCount;
    private readonly bool[] _removed;
    private readonly bool[] _added;

    private EdScriptGenerator(DocumentLines from, DocumentLines to, int fromCount)
    {
        (_from, _to, _fromCount) = (from, to, fromCount);
        _removed = new bool[fromCount];
        _added = new bool[to.Count];
    }

    /// <summary>Null when relays are not in order, or the target has a line ".", which no script can add.</summary>
    public static byte[]? Generate(DocumentLines from, DocumentLines to)
    {
        // The first command removes the signatures, whether the reader still has them or not.
        int signatures = 0;
        while (signatures < from.Count && !from[signatures].StartsWith("directory-signature "u8))
        {
            signatures++;
        }

        var generator = new EdScriptGenerator(from, to, signatures);
        return generator.Compare() ? generator.Write() : null;
    }

    private bool Compare()
    {
        if (FindEntries(_from, _fromCount) is not { } fromEntries || FindEntries(_to, _to.Count) is not { } toEntries)
        {
            return false;
        }

        int from = 0;
        int to = 0;
        while (from < fromEntries.Count - 1 || to < toEntries.Count - 1)
        {
            Entry left = fromEntries[from];
            Entry right = toEntries[to];
            int order = from == fromEntries.Count - 1 ? 1 : to == toEntries.Count - 1 ? -1 : left.CompareTo(right);
            int leftEnd = order <= 0 ? fromEntries[from + 1].Start : left.Start;
            int rightEnd = order >= 0 ? toEntries[to + 1].Start : right.Start;
            LineMatcher.Mark(_from, left.Start, leftEnd, _removed, _to, right.Start, rightEnd, _added);
            from += order <= 0 ? 1 : 0;
            to += order >= 0 ? 1 : 0;
        }

        return true;
    }

    /// <summary>The preamble, one entry per relay, the footer, and a last one that only marks the end. Null when out of order.</summary>
    private static List<Entry>? FindEntries(DocumentLines lines, int count)
    {
        var entries = new List<Entry> { new(0, EntryKind.Preamble, default) };
        for (int index = 0; index < count; index++)
        {
            Entry? entry = lines[index].StartsWith("r "u8) && TryReadIdentity(lines[index], out Digest160 identity)
                ? new Entry(index, EntryKind.Relay, identity)
                : lines[index].StartsWith("directory-footer"u8) ? new Entry(index, EntryKind.Footer, default) : null;
            if (entry is null)
            {
                continue;
            }

            if (entry.CompareTo(entries[^1]) <= 0)
            {
                return null;
            }

            entries.Add(entry);
        }

        entries.Add(new Entry(count, EntryKind.End, default));
        return entries;
    }

    private static bool TryReadIdentity(ReadOnlySpan<byte> line, out Digest160 identity)
    {
        var words = new ArgumentReader(line);
        words.Next();
        words.Next();
        return FieldText.TryParseDigest160(words.Next(), out identity);
    }

    private byte[]? Write()
    {
        using var script = new MemoryStream();
        if (_fromCount < _from.Count)
        {
            script.Write(Encoding.ASCII.GetBytes($"{_fromCount + 1},$d\n"));
        }

        int from = _fromCount - 1;
        int to = _to.Count - 1;
        while (from >= 0 || to >= 0)
        {
            int fromEnd = from;
            int toEnd = to;
            while (from >= 0 && _removed[from])
            {
                from--;
            }

            while (to >= 0 && _added[to])
            {
                to--;
            }

            if (from == fromEnd && to == toEnd)
            {
                from--; // both lines stay
                to--;
            }
            else if (!WriteCommand(script, from + 1, fromEnd - from, to + 1, toEnd - to))
            {
                return null;
            }
        }

        return script.ToArray();
    }

    private bool WriteCommand(MemoryStream script, int fromStart, int removed, int toStart, int added)
    {
        string range = removed switch
        {
            0 => $"{fromStart}",
            1 => $"{fromStart + 1}",
            _ => $"{fromStart + 1},{fromStart + removed}",
        };
        char action = removed == 0 ? 'a' : added == 0 ? 'd' : 'c';
        script.Write(Encoding.ASCII.GetBytes($"{range}{action}\n"));
        for (int index = toStart; index < toStart + added; index++)
        {
            if (_to[index].SequenceEqual("."u8))
            {
                return false;
            }

            script.Write(_to[index]);
            script.WriteByte((byte)'\n');
        }

        if (added > 0)
        {
            script.Write(".\n"u8);
        }

        return true;
    }

    private enum EntryKind
    {
        Preamble,
        Relay,
        Footer,
        End,
    }

    private sealed record Entry(int Start, EntryKind Kind, Digest160 Identity)
    {
        public int CompareTo(Entry other) => Kind != other.Kind ? Kind.CompareTo(other.Kind) : Identity.CompareTo(other.Identity);
    }
}
