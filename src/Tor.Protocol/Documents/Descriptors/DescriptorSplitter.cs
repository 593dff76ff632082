using Tunic.Tor.Protocol.Documents.Lexing;

namespace Tunic.Tor.Protocol.Documents.Descriptors;

/// <summary>Parts server descriptors and extra-info documents that follow each other: an upload, a download or a cache file.</summary>
public static class DescriptorSplitter
{
    private static ReadOnlySpan<byte> Closing => "\n-----END SIGNATURE-----\n"u8;

    /// <summary>The server descriptors in the text, without annotations ("@..." lines) and without an incomplete last one.</summary>
    /// <returns>Slices of <paramref name="text"/>, each to be parsed by itself.</returns>
    public static IReadOnlyList<ReadOnlyMemory<byte>> SplitRouterDescriptors(ReadOnlyMemory<byte> text) => Split(text, extraInfo: false);

    /// <summary>The extra-info documents in the text; as <see cref="SplitRouterDescriptors"/>.</summary>
    public static IReadOnlyList<ReadOnlyMemory<byte>> SplitExtraInfos(ReadOnlyMemory<byte> text) => Split(text, extraInfo: true);

    private static List<ReadOnlyMemory<byte>> Split(ReadOnlyMemory<byte> text, bool extraInfo)
    {
        var parts = new List<ReadOnlyMemory<byte>>();
        int position = 0;
        while (FindStart(text.Span, position, out bool isExtraInfo) is >= 0 and int start)
        {
            int end = FindEnd(text.Span, start);
            if (end < 0)
            {
                break;
            }

            if (isExtraInfo == extraInfo)
            {
                parts.Add(text[start..end]);
            }

            position = end;
        }

        return parts;
    }

    private static int FindStart(ReadOnlySpan<byte> text, int position, out bool isExtraInfo)
    {
        isExtraInfo = false;
        while (position < text.Length)
        {
            ReadOnlySpan<byte> line = text[position..];
            isExtraInfo = line.StartsWith("extra-info "u8);
            if (isExtraInfo || line.StartsWith("router "u8))
            {
                return position;
            }

            int lineFeed = line.IndexOf((byte)'\n');
            position = lineFeed < 0 ? text.Length : position + lineFeed + 1;
        }

        return -1;
    }

    private static int FindEnd(ReadOnlySpan<byte> text, int start)
    {
        int signature = SignedRegion.IndexOfLine(text[start..], "router-signature"u8);
        int end = signature < 0 ? -1 : text[(start + signature)..].IndexOf(Closing);
        return end < 0 ? -1 : start + signature + end + Closing.Length;
    }
}
