using Tunic.Primitives.Keys;

namespace Tunic.Tor.Protocol.Documents.Consensuses;

/// <summary>What the preambles of consensuses and votes have in common.</summary>
internal sealed record StatusPreamble
{
    public DateTime ValidAfter { get; init; }

    public DateTime FreshUntil { get; init; }

    public DateTime ValidUntil { get; init; }

    public TimeSpan VoteDelay { get; init; }

    public TimeSpan DistributionDelay { get; init; }

    public IReadOnlyList<string> KnownFlags { get; init; } = [];

    public IReadOnlyDictionary<string, int> Parameters { get; init; } = new Dictionary<string, int>();

    public string? ClientVersions { get; init; }

    public string? ServerVersions { get; init; }

    public ProtocolVersions? RecommendedClientProtocols { get; init; }

    public ProtocolVersions? RecommendedRelayProtocols { get; init; }

    public ProtocolVersions? RequiredClientProtocols { get; init; }

    public ProtocolVersions? RequiredRelayProtocols { get; init; }

    public IReadOnlyList<ConsensusVoter> Voters { get; init; } = [];

    public (long Reveals, Digest256 Value)? PreviousSharedRandom { get; init; }

    public (long Reveals, Digest256 Value)? CurrentSharedRandom { get; init; }
}
