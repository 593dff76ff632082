using Tunic.Tor.Protocol.Documents.Lexing;

namespace Tunic.Tor.Protocol.Documents.Votes;

/// <summary>Parts votes that follow each other, as stock tor keeps and serves them.</summary>
public static class VoteSplitter
{
    /// <summary>Slices of <paramref name="text"/>, each from "network-status-version" to the next one.</summary>
    public static IReadOnlyList<ReadOnlyMemory<byte>> Split(ReadOnlyMemory<byte> text)
    {
        var votes = new List<ReadOnlyMemory<byte>>();
        ReadOnlySpan<byte> keyword = "network-status-version "u8;
        int start = text.Span.StartsWith(keyword) ? 0 : SignedRegion.IndexOfLine(text.Span, keyword);
        while (start >= 0)
        {
            int next = SignedRegion.IndexOfLine(text.Span[start..], keyword);
            votes.Add(next < 0 ? text[start..] : text.Slice(start, next));
            start = next < 0 ? -1 : start + next;
        }

        return votes;
    }
}
