namespace Tunic.Tor.Protocol.Documents.Lexing;

/// <summary>Takes the words of a line one after the other; spaces and tabs part them.</summary>
internal ref struct ArgumentReader(ReadOnlySpan<byte> line)
{
    private ReadOnlySpan<byte> _rest = line.TrimStart(" \t"u8);

    /// <summary>Words not taken yet.</summary>
    public readonly int CountRest()
    {
        ArgumentReader copy = this;
        int count = 0;
        while (copy.Next().Length != 0)
        {
            count++;
        }

        return count;
    }

    /// <summary>The next word; empty at the end of the line.</summary>
    public ReadOnlySpan<byte> Next()
    {
        int end = _rest.IndexOfAny((byte)' ', (byte)'\t');
        if (end < 0)
        {
            end = _rest.Length;
        }

        ReadOnlySpan<byte> word = _rest[..end];
        _rest = _rest[end..].TrimStart(" \t"u8);
        return word;
    }
}
