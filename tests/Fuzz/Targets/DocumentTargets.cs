using Tunic.Tests.Fuzz.Engine;
using Tunic.Tor.Protocol.Documents;
using Tunic.Tor.Protocol.Documents.Authorities;
using Tunic.Tor.Protocol.Documents.Bandwidths;
using Tunic.Tor.Protocol.Documents.Consensuses;
using Tunic.Tor.Protocol.Documents.Diffs;
using Tunic.Tor.Protocol.Documents.Lexing;
using Tunic.Tor.Protocol.Documents.Microdescriptors;
using Tunic.Tor.Protocol.Documents.Votes;

namespace Tunic.Tests.Fuzz.Targets;

/// <summary>What directories serve: consensuses, votes, certificates, diffs, microdescriptors, measurements.</summary>
internal static class DocumentTargets
{
    private static readonly string[] _lexing =
    [
        nameof(DocumentLexer), nameof(DocumentItem), nameof(ArgumentReader), nameof(Base64Text), nameof(FieldText), nameof(ItemRule), "SignedRegion",
    ];

    private static readonly string[] _status = ["StatusPreamble*", "StatusFooterReader", "StatusLines", "RouterStatus*"];

    public static IEnumerable<FuzzTarget> All =>
    [
        Text("consensus", ReadConsensus, () => VectorDocuments.Consensuses, [nameof(ConsensusParser), nameof(ConsensusWriter), .. _status, .. _lexing]),
        Text(
            "consensus-microdesc",
            ReadConsensus,
            () => VectorDocuments.MicrodescriptorConsensuses,
            [nameof(ConsensusParser), nameof(ConsensusWriter), .. _status, .. _lexing]),
        Text("vote", ReadVote, () => VectorDocuments.Votes, [nameof(VoteParser), nameof(VoteRouterStatusReader), nameof(VoteWriter), .. _status]),
        Text("vote-list", input => VoteSplitter.Split(input), () => [VectorDocuments.Voting("votes")], [nameof(VoteSplitter)]) with { MaxLength = 32 * 1024 },
        Text(
            "authority-certificate",
            input => AuthorityCertificate.TryParse(input, out _, out _),
            () => VectorDocuments.Certificates,
            [nameof(AuthorityCertificateParser)]),
        Text(
            "authority-certificate-list",
            input => AuthorityCertificate.ParseList(input),
            () => [VectorDocuments.Network("certificates")],
            [nameof(AuthorityCertificateParser)]),
        Text("consensus-diff-apply", ApplyDiff, () => VectorDocuments.Diffs, [nameof(ConsensusDiff), "EdScriptApplier", "DocumentLines"]),
        Text("consensus-diff-script", ApplyScript, Scripts, ["EdScriptApplier", "DocumentLines"]) with { MaxLength = 2048 },
        Text("consensus-diff-generate", GenerateDiff, GenerateSeeds, [nameof(ConsensusDiff), "EdScript*", "LineMatcher", "DocumentLines"]) with { MaxLength = 4096 },
        Text(
            "microdescriptor", input => new MicrodescriptorParser().ParseOne(input), () => VectorDocuments.Microdescriptors, [nameof(MicrodescriptorParser), .. _lexing]) with
        { MaxLength = 4096 },
        Text(
            "microdescriptor-list",
            input => new MicrodescriptorParser().ParseList(input),
            () => [VectorDocuments.Network("microdescriptors")],
            [nameof(MicrodescriptorParser)]),
        Text("bandwidth-file", input => BandwidthFile.TryParse(input, out _), BandwidthSeeds, [nameof(BandwidthFile)]) with { MaxLength = 4096 },
    ];

    internal static FuzzTarget Text(string name, Action<ReadOnlyMemory<byte>> run, Func<IEnumerable<byte[]>> seeds, string[] scope) =>
        new(name, run, seeds, scope) { IsText = true, MaxLength = 24 * 1024 };

    private static void ReadConsensus(ReadOnlyMemory<byte> input)
    {
        if (!Consensus.TryParse(input, out Consensus? consensus, out DocumentFault? fault))
        {
            FuzzFailureException.Require(!string.IsNullOrEmpty(fault.Reason), "a refusal without a reason");
            return;
        }

        byte[] unsigned = ConsensusWriter.WriteUnsigned(consensus);
        byte[] written = ConsensusWriter.Assemble(unsigned, consensus.Signatures);
        if (!Consensus.TryParse(written, out Consensus? again, out fault))
        {
            throw new FuzzFailureException($"cannot read what it wrote: {fault.Reason}");
        }

        FuzzFailureException.Require(ConsensusWriter.WriteUnsigned(again).AsSpan().SequenceEqual(unsigned), "writes something else after reading");
    }

    private static void ReadVote(ReadOnlyMemory<byte> input)
    {
        if (Vote.TryParse(input, out Vote? vote, out _))
        {
            VoteWriter.WriteUnsigned(vote);
        }
    }

    private static void ApplyDiff(ReadOnlyMemory<byte> input)
    {
        foreach (byte[] from in _bases)
        {
            ConsensusDiff.TryApply(from, input, out _, out _);
        }
    }

    private static readonly byte[][] _bases = [VectorDocuments.Network("consensus-1"), VectorDocuments.Network("consensus-microdesc-1")];

    /// <summary>Past the digests, which no mutation gets right: the script alone.</summary>
    private static void ApplyScript(ReadOnlyMemory<byte> input)
    {
        if (DocumentLines.Split(_bases[0]) is { } from && DocumentLines.Split(input) is { } script)
        {
            EdScriptApplier.TryApply(from, script, 0, out _, out _);
        }
    }

    private static IEnumerable<byte[]> Scripts() =>
        VectorDocuments.Diffs.Select(diff => diff[(diff.AsSpan().IndexOf("\nhash"u8) + 1 + diff.AsSpan()[(diff.AsSpan().IndexOf("\nhash"u8) + 1)..].IndexOf((byte)'\n') + 1)..]);

    private static IEnumerable<byte[]> GenerateSeeds() =>
        [.. VectorDocuments.Consensuses.Select(text => text[..Math.Min(text.Length, 3000)]), "a\nb\nc\n%\na\nc\nd\n"u8.ToArray()];

    /// <summary>Two documents, parted by a line with a percent sign: the diff of both must lead from one to the other.</summary>
    private static void GenerateDiff(ReadOnlyMemory<byte> input)
    {
        int middle = input.Span.IndexOf("%\n"u8);
        ReadOnlyMemory<byte> from = middle < 0 ? _bases[0].AsMemory(0, 3000) : input[..middle];
        ReadOnlyMemory<byte> to = middle < 0 ? input : input[(middle + 2)..];
        if (ConsensusDiff.TryGenerate(from, to, out byte[]? diff))
        {
            bool applied = ConsensusDiff.TryApply(from, diff, out byte[]? result, out DocumentFault? fault);
            FuzzFailureException.Require(applied, $"a diff that does not apply: {fault?.Reason}");
            FuzzFailureException.Require(to.Span.SequenceEqual(result), "a diff that leads elsewhere");
        }
    }

    private static IEnumerable<byte[]> BandwidthSeeds() =>
    [
        "1792585520\nversion=1.4.0\nsoftware=sbws\n=====\nbw=760 node_id=$0123456789ABCDEF0123456789ABCDEF01234567 nick=a vote=1\n"u8.ToArray(),
        "1792585520\nnode_id=$0123456789ABCDEF0123456789ABCDEF01234567 bw=1\n"u8.ToArray(),
    ];
}
