namespace Tunic.Tor.Protocol.Voting.Timing;

/// <summary>How often authorities vote, and how long they wait for each other. Whole seconds.</summary>
/// <param name="Interval">Time between two consensuses; divides a day. 10 s or more, in the first round of a test network 5 s.</param>
/// <param name="VoteDelay">Time given to votes to arrive; 2 s or more.</param>
/// <param name="DistributionDelay">Time given to signatures to arrive; 2 s or more.</param>
public sealed record VotingIntervals(TimeSpan Interval, TimeSpan VoteDelay, TimeSpan DistributionDelay)
{
    /// <summary>Stock tor's V3AuthVotingInterval, V3AuthVoteDelay and V3AuthDistDelay: an hour and twice five minutes.</summary>
    public static VotingIntervals PublicNetwork { get; } = new(TimeSpan.FromHours(1), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(5));

    /// <summary>Stock tor's TestingV3AuthInitial* defaults: half an hour and twice five minutes.</summary>
    public static VotingIntervals Initial { get; } = new(TimeSpan.FromMinutes(30), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(5));
}
