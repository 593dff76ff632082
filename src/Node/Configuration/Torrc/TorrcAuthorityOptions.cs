namespace Tunic.Node.Configuration.Torrc;

/// <summary>A directory authority's schedule, rules and votes.</summary>
internal sealed record TorrcAuthorityOptions
{
    /// <summary>AuthoritativeDirectory and V3AuthoritativeDirectory are both set.</summary>
    internal required bool IsAuthority { get; init; }

    internal required TimeSpan VotingInterval { get; init; }

    internal required TimeSpan VoteDelay { get; init; }

    internal required TimeSpan DistributionDelay { get; init; }

    internal required int IntervalsValid { get; init; }

    /// <summary>The three that follow hold while there is no consensus.</summary>
    internal required TimeSpan InitialVotingInterval { get; init; }

    internal required TimeSpan InitialVoteDelay { get; init; }

    internal required TimeSpan InitialDistributionDelay { get; init; }

    internal required TimeSpan VotingStartOffset { get; init; }

    internal required string? BandwidthsFile { get; init; }

    /// <summary>name=value, for the consensus' params line.</summary>
    internal required IReadOnlyList<string> ConsensusParameters { get; init; }

    internal required bool RecommendsVersions { get; init; }

    internal required IReadOnlyList<string> RecommendedClientVersions { get; init; }

    internal required IReadOnlyList<string> RecommendedServerVersions { get; init; }

    internal required string? MinimalAcceptedServerVersion { get; init; }

    internal required bool PinKeys { get; init; }

    internal required bool SharedRandomness { get; init; }

    internal required bool TestReachability { get; init; }

    internal required bool TestEd25519LinkKeys { get; init; }

    internal required TimeSpan TimeToLearnReachability { get; init; }

    /// <summary>0: no limit.</summary>
    internal required int MaxServersPerAddress { get; init; }

    internal required int MinMeasuredToIgnoreAdvertised { get; init; }

    internal required TimeSpan MinUptimeHsDir { get; init; }

    internal required long FastGuarantee { get; init; }

    internal required long GuardBandwidthGuarantee { get; init; }

    internal required TimeSpan StableGuaranteeUptime { get; init; }

    internal required TimeSpan StableGuaranteeMtbf { get; init; }

    internal required TimeSpan GuardGuaranteeTimeKnown { get; init; }

    internal required double GuardGuaranteeWfu { get; init; }

    internal required double GuardBandwidthFraction { get; init; }

    internal required long MinExitFlagThreshold { get; init; }

    internal required long MinFastFlagThreshold { get; init; }

    internal required TorrcFlagVote VoteExit { get; init; }

    internal required TorrcFlagVote VoteGuard { get; init; }

    internal required TorrcFlagVote VoteHsDir { get; init; }
}
