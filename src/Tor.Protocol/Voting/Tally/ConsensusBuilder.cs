using System.Globalization;
using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Documents;
using Tunic.Tor.Protocol.Documents.Consensuses;
using Tunic.Tor.Protocol.Documents.Lexing;
using Tunic.Tor.Protocol.Documents.Microdescriptors;
using Tunic.Tor.Protocol.Documents.Votes;
using Tunic.Tor.Protocol.Voting.SharedRandom;

namespace Tunic.Tor.Protocol.Voting.Tally;

/// <summary>Computes the consensus from votes, byte for byte as stock tor does with consensus methods 32 to 35 (dir-spec, "Computing a consensus from a set of votes").</summary>
/// <remarks>
/// Whether the votes are from known authorities is the caller's question. Lines that no authority votes on any more are left out:
/// <c>package</c>, GuardFraction, and the flags Named and Unnamed get no special treatment.
/// </remarks>
public sealed class ConsensusBuilder
{
    private const int HidePublishedMethod = 33;
    private const int DefaultMaxUnmeasured = 20;

    // Stock tor writes this instead of a publication time, so that diffs stay small.
    private static readonly DateTime NoPublished = new(2038, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    private readonly IReadOnlyList<Vote> _votes;
    private readonly int _authorityCount;
    private readonly IReadOnlyList<KeyValuePair<string, int>> _parameters;
    private readonly IReadOnlyList<string> _knownFlags;
    private readonly IReadOnlyList<TalliedRelay> _relays;
    private readonly SharedRandomMajority _sharedRandom;

    /// <summary>Counts the votes.</summary>
    /// <param name="votes">At least one; one per authority.</param>
    /// <param name="authorityCount">How many authorities the network has, voting or not; not fewer than votes.</param>
    /// <param name="isSharedRandomFresh">Whether our own shared random state has just computed a new value.</param>
    /// <exception cref="ArgumentException">There is no vote, or there are more votes than authorities.</exception>
    public ConsensusBuilder(IReadOnlyCollection<Vote> votes, int authorityCount, bool isSharedRandomFresh)
    {
        if (votes.Count == 0 || votes.Count > authorityCount)
        {
            throw new ArgumentException("needs at least one vote, and not more than one per authority", nameof(votes));
        }

        _votes = [.. votes.OrderBy(vote => vote.Voter.Identity)];
        _authorityCount = authorityCount;
        Method = ChooseMethod(_votes);
        _parameters = ParameterVoting.Compute(_votes.Select(vote => vote.Parameters), authorityCount);
        int agreements = ParameterVoting.Find(_parameters, "AuthDirNumSRVAgreements", authorityCount * 2 / 3);
        _sharedRandom = new SharedRandomMajority(authorityCount, agreements, isSharedRandomFresh);
        int maxUnmeasured = Math.Max(ParameterVoting.Find(_parameters, "maxunmeasuredbw", DefaultMaxUnmeasured), 1);
        var tally = new RelayTally(_votes, authorityCount, Method, (uint)maxUnmeasured);
        _knownFlags = tally.KnownFlags;
        _relays = [.. RelayCollation.Collate(_votes, authorityCount).Select(tally.Count).OfType<TalliedRelay>()];
    }

    /// <summary>The consensus method that is used.</summary>
    public int Method { get; }

    /// <summary>Whether a consensus may be made: enough votes, and at least one that says who is running (otherwise every relay would be gone).</summary>
    public static bool IsPossible(IReadOnlyCollection<Vote> votes, int authorityCount) =>
        votes.Count > authorityCount / 2 && votes.Any(vote => vote.KnownFlags.Contains("Running"));

    /// <summary>The highest method that more than two thirds of the votes support; ours when they agree on one that is not supported here.</summary>
    public static int ChooseMethod(IReadOnlyCollection<Vote> votes)
    {
        int best = Majority.MoreFrequentThan(votes.SelectMany(vote => vote.Methods.Distinct()), votes.Count * 2 / 3, Comparer<int>.Default)
            .LastOrDefault();
        return best is >= MicrodescriptorWriter.MinMethod and <= MicrodescriptorWriter.MaxMethod ? best : MicrodescriptorWriter.MaxMethod;
    }

    /// <summary>The consensus without signatures, to be given to <see cref="ConsensusWriter.Sign"/>.</summary>
    public byte[] Write(ConsensusFlavor flavor)
    {
        var text = new DocumentWriter();
        WritePreamble(text, flavor);
        WriteAuthorities(text);
        var totals = BandwidthTotals.Start;
        foreach (TalliedRelay relay in _relays)
        {
            totals = relay.Status.Bandwidth is { } bandwidth ? totals.Add(bandwidth, relay.IsExit, relay.IsGuard) : totals;
            WriteRelay(text, relay, flavor);
        }

        text.Line("directory-footer");
        int scale = Math.Max(ParameterVoting.Find(_parameters, "bwweightscale", BandwidthWeights.DefaultScale), 1);
        if (BandwidthWeights.Format(totals, scale) is { } weights)
        {
            text.Line(weights);
        }

        return text.ToBytes();
    }

    private void WritePreamble(DocumentWriter text, ConsensusFlavor flavor)
    {
        text.Line(flavor == ConsensusFlavor.Microdescriptor ? "network-status-version 3 microdesc" : "network-status-version 3");
        text.Line("vote-status consensus");
        text.Line($"consensus-method {Method}");
        StatusLines.WriteInterval(
            text,
            Median(vote => vote.ValidAfter),
            Median(vote => vote.FreshUntil),
            Median(vote => vote.ValidUntil),
            Median(vote => vote.VoteDelay),
            Median(vote => vote.DistributionDelay));
        text.Line($"client-versions {CountVersions(vote => vote.ClientVersions)}");
        text.Line($"server-versions {CountVersions(vote => vote.ServerVersions)}");
        text.Line($"known-flags {string.Join(' ', _knownFlags)}");
        int half = (_authorityCount + 1) / 2;
        int twoThirds = ((_authorityCount * 2) + 2) / 3;
        WriteProtocols(text, "recommended-client-protocols", vote => vote.RecommendedClientProtocols, half);
        WriteProtocols(text, "recommended-relay-protocols", vote => vote.RecommendedRelayProtocols, half);
        WriteProtocols(text, "required-client-protocols", vote => vote.RequiredClientProtocols, twoThirds);
        WriteProtocols(text, "required-relay-protocols", vote => vote.RequiredRelayProtocols, twoThirds);
        if (_parameters.Count > 0)
        {
            text.Line($"params {string.Join(' ', _parameters.Select(pair => string.Create(CultureInfo.InvariantCulture, $"{pair.Key}={pair.Value}")))}");
        }

        WriteSharedRandom(text, "previous", _sharedRandom.Choose(_votes, current: false));
        WriteSharedRandom(text, "current", _sharedRandom.Choose(_votes, current: true));
    }

    private static void WriteSharedRandom(DocumentWriter text, string which, SharedRandomValue? value) =>
        StatusLines.WriteSharedRandom(text, which, value?.Value, (long)(value?.Reveals ?? 0));

    private T Median<T>(Func<Vote, T> field)
        where T : IComparable<T> => Majority.LowMedian([.. _votes.Select(field)]);

    private string CountVersions(Func<Vote, string?> field)
    {
        string[] lists = [.. _votes.Select(field).OfType<string>()];
        IEnumerable<string> versions = lists.SelectMany(list => list
            .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Distinct(StringComparer.Ordinal));
        var order = Comparer<string>.Create((left, right) =>
            TorVersion.TextOrder.Compare(left, right) is not 0 and int byVersion ? byVersion : string.CompareOrdinal(left, right));
        return string.Join(',', Majority.MoreFrequentThan(versions, lists.Length / 2, order));
    }

    private void WriteProtocols(DocumentWriter text, string keyword, Func<Vote, ProtocolVersions?> field, int threshold) =>
        text.Line($"{keyword} {ProtocolVersionVoting.Compute(_votes.Select(field).OfType<ProtocolVersions>().Select(versions => versions.Text), threshold)}");

    private void WriteAuthorities(DocumentWriter text)
    {
        IEnumerable<(RsaIdentity Identity, Vote Vote)> entries = _votes.Select(vote => (vote.Voter.Identity, vote))
            .Concat(_votes.Where(vote => vote.LegacyIdentity is not null).Select(vote => (vote.LegacyIdentity!.Value, vote)));
        foreach ((RsaIdentity identity, Vote vote) in entries.OrderBy(entry => entry.Identity))
        {
            bool isLegacy = identity != vote.Voter.Identity;
            StatusLines.WriteDirSource(text, isLegacy
                ? vote.Voter with { Nickname = vote.Voter.Nickname + "-legacy", Identity = identity, Contact = null }
                : vote.Voter);
            text.OptionalLine("vote-digest", isLegacy ? null : vote.Digest.ToString());
        }
    }

    private void WriteRelay(DocumentWriter text, TalliedRelay relay, ConsensusFlavor flavor)
    {
        RouterStatus status = relay.Status;
        bool isMicrodescriptor = flavor == ConsensusFlavor.Microdescriptor;
        if (isMicrodescriptor && status.MicrodescriptorDigest.IsZero)
        {
            return;
        }

        bool hidePublished = isMicrodescriptor && Method >= HidePublishedMethod;
        StatusLines.WriteRouter(text, hidePublished ? status with { Published = NoPublished } : status, withDescriptorDigest: !isMicrodescriptor);
        text.OptionalLine("m", isMicrodescriptor ? status.MicrodescriptorDigest.ToBase64() : null);
        text.Line(string.Join(' ', relay.Flags.Prepend("s")));
        StatusLines.WriteVersions(text, status);
        if (status.Bandwidth is { } bandwidth)
        {
            text.Line($"w Bandwidth={bandwidth}{(status.Unmeasured ? " Unmeasured=1" : "")}");
        }

        text.OptionalLine("p", isMicrodescriptor ? null : status.ExitPolicy?.ToString());
    }
}
