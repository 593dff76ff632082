namespace Tunic.Tor.Protocol.Documents.Lexing;

/// <summary>Finds the bytes that a signature covers, by searching the text as stock tor does (sigcommon.c).</summary>
internal static class SignedRegion
{
    /// <summary>
    /// The bytes from the first <paramref name="startKeyword"/> through the first <paramref name="last"/> byte after the first
    /// <paramref name="endKeyword"/>, which must begin a line.
    /// </summary>
    /// <returns>Offset and length; length 0 when there is no such region, or when it does not start a line.</returns>
    public static (int Start, int Length) Find(ReadOnlySpan<byte> text, ReadOnlySpan<byte> startKeyword, ReadOnlySpan<byte> endKeyword, char last)
    {
        int start = text.IndexOf(startKeyword);
        if (start < 0 || (start > 0 && text[start - 1] != '\n'))
        {
            return default;
        }

        int search = start + startKeyword.Length;
        int end = IndexOfLine(text[search..], endKeyword);
        if (end < 0)
        {
            return default;
        }

        end += search + endKeyword.Length;
        int closing = text[end..].IndexOf((byte)last);
        return closing < 0 ? default : (start, end + closing + 1 - start);
    }

    /// <summary>Offset of the first line after the current one that begins with the word; -1 when there is none.</summary>
    public static int IndexOfLine(ReadOnlySpan<byte> text, ReadOnlySpan<byte> word)
    {
        int searched = 0;
        while (true)
        {
            int lineFeed = text[searched..].IndexOf((byte)'\n');
            if (lineFeed < 0)
            {
                return -1;
            }

            searched += lineFeed + 1;
            if (text[searched..].StartsWith(word))
            {
                return searched;
            }
        }
    }
}
