using Tunic.Tor.Protocol.Documents.Consensuses;

namespace Tunic.Tor.Protocol.Voting.Timing;

/// <summary>When the steps of one voting round are due (dir-spec, "Voting timeline"). Times are UTC and whole seconds.</summary>
public sealed record VotingSchedule
{
    /// <summary>Length of the round.</summary>
    public required TimeSpan Interval { get; init; }

    /// <summary>Each authority makes its vote and sends it to the others.</summary>
    public required DateTime VotingStarts { get; init; }

    /// <summary>Missing votes are asked for. A vote posted later than this is refused, lest the authorities count different votes.</summary>
    public required DateTime FetchMissingVotes { get; init; }

    /// <summary>The consensus is computed and signed.</summary>
    public required DateTime VotingEnds { get; init; }

    /// <summary>Missing signatures are asked for.</summary>
    public required DateTime FetchMissingSignatures { get; init; }

    /// <summary>The consensus is published.</summary>
    public required DateTime IntervalStarts { get; init; }

    /// <summary>Valid-after of the consensus that is voted on: <see cref="IntervalStarts"/>, except in a hurried first round.</summary>
    public DateTime ValidAfter
    {
        get => field == default ? IntervalStarts : field;
        init;
    }

    /// <summary>Valid-after of the consensus that this schedule follows; null when there was no live one.</summary>
    public DateTime? LiveConsensusValidAfter { get; init; }

    /// <summary>The time of a step.</summary>
    public DateTime TimeOf(VotingStep step) => step switch
    {
        VotingStep.Vote => VotingStarts,
        VotingStep.FetchMissingVotes => FetchMissingVotes,
        VotingStep.ComputeConsensus => VotingEnds,
        VotingStep.FetchMissingSignatures => FetchMissingSignatures,
        VotingStep.Publish => IntervalStarts,
        _ => throw new ArgumentOutOfRangeException(nameof(step)),
    };

    /// <summary>The next round after <paramref name="now"/>.</summary>
    /// <param name="now">Wall clock, UTC.</param>
    /// <param name="consensus">The consensus at hand; its own intervals are used while it is live.</param>
    /// <param name="initial">What to use without a live consensus.</param>
    /// <param name="offset">TestingV3AuthVotingStartOffset: moves every slot, not negative.</param>
    public static VotingSchedule Create(DateTime now, Consensus? consensus, VotingIntervals initial, TimeSpan offset = default)
    {
        Consensus? live = consensus is not null && consensus.IsLive(now) ? consensus : null;
        VotingIntervals intervals = live is null
            ? initial
            : new VotingIntervals(live.FreshUntil - live.ValidAfter, live.VoteDelay, live.DistributionDelay);
        return Create(StartOfIntervalAfter(now, intervals.Interval, offset), intervals) with { LiveConsensusValidAfter = live?.ValidAfter };
    }

    /// <summary>The round whose consensus becomes valid at <paramref name="validAfter"/>.</summary>
    public static VotingSchedule Create(DateTime validAfter, VotingIntervals intervals)
    {
        long interval = UnixSeconds.Of(intervals.Interval);
        long voteDelay = UnixSeconds.Of(intervals.VoteDelay);
        long distributionDelay = UnixSeconds.Of(intervals.DistributionDelay);
        if (voteDelay + distributionDelay > interval / 2)
        {
            voteDelay = distributionDelay = interval / 4;
        }

        return new VotingSchedule
        {
            Interval = intervals.Interval,
            IntervalStarts = validAfter,
            FetchMissingSignatures = validAfter.AddSeconds(-(distributionDelay / 2)),
            VotingEnds = validAfter.AddSeconds(-distributionDelay),
            FetchMissingVotes = validAfter.AddSeconds(-distributionDelay - (voteDelay / 2)),
            VotingStarts = validAfter.AddSeconds(-distributionDelay - voteDelay),
        };
    }

    /// <summary>
    /// The first round of a network of ours, which need not wait for a slot: the steps follow each other at two seconds, and each is taken
    /// earlier when everything is there. The consensus counts from the start of the slot under way.
    /// </summary>
    /// <param name="now">Wall clock, UTC.</param>
    /// <param name="hold">Longest wait for relays before the vote.</param>
    /// <param name="interval">Voting interval.</param>
    /// <param name="offset">As for <see cref="Create(DateTime, Consensus?, VotingIntervals, TimeSpan)"/>.</param>
    public static VotingSchedule CreateHurried(DateTime now, TimeSpan hold, TimeSpan interval, TimeSpan offset = default)
    {
        var step = TimeSpan.FromSeconds(2);
        return new VotingSchedule
        {
            Interval = interval,
            ValidAfter = StartOfIntervalAfter(now, interval, offset) - interval,
            VotingStarts = now + hold,
            FetchMissingVotes = now + hold + step,
            VotingEnds = now + hold + (2 * step),
            FetchMissingSignatures = now + hold + (3 * step),
            IntervalStarts = now + hold + (4 * step),
        };
    }

    /// <summary>Start of the first slot after <paramref name="now"/>. Slots count from midnight UTC; a last slot of less than half the length joins its neighbour.</summary>
    public static DateTime StartOfIntervalAfter(DateTime now, TimeSpan interval, TimeSpan offset = default)
    {
        const long Day = 24 * 60 * 60;
        long length = Math.Max(UnixSeconds.Of(interval), 1);
        long time = UnixSeconds.Of(now);
        long midnight = time - (time % Day);
        long next = Math.Min(midnight + ((((time - midnight) / length) + 1) * length), midnight + Day);
        if (next + (length / 2) > midnight + Day)
        {
            next = midnight + Day;
        }

        next += UnixSeconds.Of(offset);
        return UnixSeconds.ToTime(next - length > time ? next - length : next);
    }
}
