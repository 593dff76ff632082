using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Documents.Consensuses;
using Tunic.Tor.Protocol.Documents.Diffs;

namespace Tunic.Tor.Relay.DirectoryCache;

/// <summary>A consensus to serve, with the differences from those before it (dir-spec, "Consensus diffs").</summary>
/// <remarks>Safe to use from several threads. A difference is made when it is first asked for, at most once each.</remarks>
public sealed class CachedConsensus
{
    private readonly IReadOnlyList<EarlierConsensus> _earlier;

    private CachedConsensus(Consensus consensus, ReadOnlyMemory<byte> text, IReadOnlyList<EarlierConsensus> earlier)
    {
        Flavor = consensus.Flavor;
        ValidAfter = consensus.ValidAfter;
        FreshUntil = consensus.FreshUntil;
        ValidUntil = consensus.ValidUntil;
        SignedSha3 = consensus.SignedSha3;
        Signers = [.. consensus.Signatures.Select(signature => signature.Identity).Distinct()];
        Text = new ServedText(text);
        _earlier = earlier;
    }

    /// <summary>Which of the two forms.</summary>
    public ConsensusFlavor Flavor { get; }

    /// <summary>Start of its interval, UTC.</summary>
    public DateTime ValidAfter { get; }

    /// <summary>From here on a newer one should exist, UTC.</summary>
    public DateTime FreshUntil { get; }

    /// <summary>End of its validity, UTC.</summary>
    public DateTime ValidUntil { get; }

    /// <summary>SHA3-256 of the signed part: how askers name the one they have.</summary>
    public Digest256 SignedSha3 { get; }

    /// <summary>v3 identities of the authorities that signed it.</summary>
    public IReadOnlyList<RsaIdentity> Signers { get; }

    /// <summary>The document.</summary>
    public ServedText Text { get; }

    /// <summary>The difference that turns an earlier consensus into this one; null when the earlier one is not known, or no difference can express it.</summary>
    /// <param name="signedSha3">SHA3-256 of the earlier one's signed part.</param>
    public ServedText? FindDiff(Digest256 signedSha3) =>
        _earlier.FirstOrDefault(earlier => earlier.SignedSha3 == signedSha3)?.Diff.Value;

    /// <summary>Takes a consensus that has been verified.</summary>
    /// <param name="consensus">What it says.</param>
    /// <param name="text">The exact text; copied.</param>
    /// <param name="previous">The one served until now, whose text and predecessors become bases of differences; null for none.</param>
    /// <param name="basesKept">How many bases to keep, the latest first.</param>
    internal static CachedConsensus Create(Consensus consensus, ReadOnlyMemory<byte> text, CachedConsensus? previous, int basesKept)
    {
        ReadOnlyMemory<byte> copy = text.ToArray();
        IEnumerable<(Digest256 SignedSha3, ReadOnlyMemory<byte> Deflated)> bases = previous is null
            ? []
            : previous._earlier.Select(earlier => (earlier.SignedSha3, earlier.Deflated))
                .Prepend((previous.SignedSha3, previous.Text.Encoded(DirectoryEncoding.Deflate)));
        return new CachedConsensus(
            consensus,
            copy,
            [.. bases.Take(basesKept).Select(earlier => new EarlierConsensus(
                earlier.SignedSha3, earlier.Deflated, new Lazy<ServedText?>(() => CreateDiff(earlier.Deflated, copy))))]);
    }

    private static ServedText? CreateDiff(ReadOnlyMemory<byte> deflated, ReadOnlyMemory<byte> target) =>
        ConsensusDiff.TryGenerate(DirectoryEncodings.Inflate(deflated), target, out byte[]? diff) ? new ServedText(diff) : null;

    private sealed record EarlierConsensus(Digest256 SignedSha3, ReadOnlyMemory<byte> Deflated, Lazy<ServedText?> Diff);
}
