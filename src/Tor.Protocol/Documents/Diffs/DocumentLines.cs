namespace Tunic.Tor.Protocol.Documents.Diffs;

/// <summary>A document as a list of lines, without their line feeds. Aliases the document.</summary>
internal sealed class DocumentLines
{
    /// <summary>Longest line; implementation limit of stock tor.</summary>
    private const int MaxLineLength = 1 << 20;

    private readonly ReadOnlyMemory<byte> _document;
    private readonly List<(int Start, int Length)> _lines = [];

    private DocumentLines(ReadOnlyMemory<byte> document) => _document = document;

    public int Count => _lines.Count;

    public ReadOnlySpan<byte> this[int index] => _document.Span.Slice(_lines[index].Start, _lines[index].Length);

    /// <summary>Null when the document does not end with a line feed, or a line is far too long.</summary>
    public static DocumentLines? Split(ReadOnlyMemory<byte> document)
    {
        var lines = new DocumentLines(document);
        ReadOnlySpan<byte> text = document.Span;
        int start = 0;
        while (start < text.Length)
        {
            int length = text[start..].IndexOf((byte)'\n');
            if (length is < 0 or > MaxLineLength)
            {
                return null;
            }

            lines._lines.Add((start, length));
            start += length + 1;
        }

        return lines;
    }
}
