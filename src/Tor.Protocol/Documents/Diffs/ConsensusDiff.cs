using System.Diagnostics.CodeAnalysis;
using System.Text;
using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Documents.Consensuses;
using Tunic.Tor.Protocol.Documents.Lexing;

namespace Tunic.Tor.Protocol.Documents.Diffs;

/// <summary>Differences between consensuses, as caches send them (dir-spec, "Consensus diffs"; appendix "Limited ed diff format").</summary>
/// <remarks>The base is named by the SHA3-256 of its signed part, the result by the SHA3-256 of the whole.</remarks>
public static class ConsensusDiff
{
    private static ReadOnlySpan<byte> VersionLine => "network-status-diff-version 1"u8;

    /// <summary>Whether the document is a diff rather than a consensus.</summary>
    public static bool IsDiff(ReadOnlySpan<byte> document) => document.StartsWith(VersionLine);

    /// <summary>SHA3-256 of the signed part of a consensus: what X-Or-Diff-From-Consensus names. Of the whole when there is no signed part.</summary>
    public static Digest256 HashSignedPart(ReadOnlySpan<byte> consensus)
    {
        (int start, int length) = ConsensusParser.FindSignedPart(consensus);
        return Hash(length == 0 ? consensus : consensus.Slice(start, length));
    }

    /// <summary>Makes a diff.</summary>
    /// <param name="from">The consensus that the reader has.</param>
    /// <param name="to">The consensus that he wants.</param>
    /// <param name="diff">The diff.</param>
    /// <returns>False when one of them is no well-formed consensus, or a line of the target cannot be expressed.</returns>
    public static bool TryGenerate(ReadOnlyMemory<byte> from, ReadOnlyMemory<byte> to, [NotNullWhen(true)] out byte[]? diff)
    {
        diff = null;
        if (DocumentLines.Split(from) is not { } fromLines || DocumentLines.Split(to) is not { } toLines
            || EdScriptGenerator.Generate(fromLines, toLines) is not { } script)
        {
            return false;
        }

        string header = $"network-status-diff-version 1\nhash {HashSignedPart(from.Span)} {Hash(to.Span)}\n";
        diff = [.. Encoding.ASCII.GetBytes(header), .. script];
        return true;
    }

    /// <summary>Applies a diff and checks both hashes.</summary>
    /// <param name="from">The consensus that the reader has, with or without its signatures.</param>
    /// <param name="diff">The diff.</param>
    /// <param name="to">The new consensus; its signatures are still to be checked.</param>
    /// <param name="fault">Why the diff is of no use, in stock tor's words.</param>
    public static bool TryApply(
        ReadOnlyMemory<byte> from, ReadOnlyMemory<byte> diff, [NotNullWhen(true)] out byte[]? to, [NotNullWhen(false)] out DocumentFault? fault)
    {
        to = null;
        string failure;
        if (DocumentLines.Split(from) is not { } fromLines || DocumentLines.Split(diff) is not { } diffLines)
        {
            failure = "A consensus or diff does not end with a line feed.";
        }
        else if (!TryReadHashes(diffLines, out Digest256 expectedFrom, out Digest256 expectedTo))
        {
            failure = "The provided consensus diff format is not known.";
        }
        else if (HashSignedPart(from.Span) != expectedFrom)
        {
            failure = "Refusing to apply consensus diff because the base consensus doesn't match the digest as found in the consensus diff header.";
        }
        else if (!EdScriptApplier.TryApply(fromLines, diffLines, 2, out byte[] result, out failure))
        {
            failure = $"Could not apply consensus diff because {failure}";
        }
        else if (Hash(result) != expectedTo)
        {
            failure = "Refusing to apply consensus diff because the resulting consensus doesn't match the digest as found in the consensus diff header.";
        }
        else
        {
            (to, fault) = (result, null);
            return true;
        }

        fault = new DocumentFault(DocumentFaultKind.Malformed, failure);
        return false;
    }

    /// <summary>Reads what a diff says of its base and its result.</summary>
    public static bool TryReadHashes(ReadOnlyMemory<byte> diff, out Digest256 from, out Digest256 to)
    {
        from = to = default;
        return DocumentLines.Split(diff) is { } lines && TryReadHashes(lines, out from, out to);
    }

    private static bool TryReadHashes(DocumentLines diff, out Digest256 from, out Digest256 to)
    {
        from = to = default;
        if (diff.Count < 2 || !diff[0].SequenceEqual(VersionLine))
        {
            return false;
        }

        var words = new ArgumentReader(diff[1]);
        Span<byte> first = stackalloc byte[Digest256.Length];
        Span<byte> second = stackalloc byte[Digest256.Length];
        if (words.CountRest() != 3 || !words.Next().SequenceEqual("hash"u8) || !FieldText.TryParseHex(words.Next(), first)
            || !FieldText.TryParseHex(words.Next(), second))
        {
            return false;
        }

        (from, to) = (new Digest256(first), new Digest256(second));
        return true;
    }

    private static Digest256 Hash(ReadOnlySpan<byte> text)
    {
        Span<byte> hash = stackalloc byte[Digest256.Length];
        Sha3.Hash256(text, hash);
        return new Digest256(hash);
    }
}
