using Tunic.Primitives.Keys;

namespace Tunic.Tor.Protocol.Documents.Consensuses;

/// <summary>A consensus as the authorities signed it. Whether the signatures hold is a separate question: see the verifier.</summary>
public sealed record Consensus
{
    /// <summary>Which of the two forms this is.</summary>
    public required ConsensusFlavor Flavor { get; init; }

    /// <summary>The consensus method used, 32 to 35 today.</summary>
    public int Method { get; init; }

    /// <summary>Start of its interval, UTC.</summary>
    public required DateTime ValidAfter { get; init; }

    /// <summary>From here on a newer one should exist, UTC.</summary>
    public required DateTime FreshUntil { get; init; }

    /// <summary>End of its validity, UTC.</summary>
    public required DateTime ValidUntil { get; init; }

    /// <summary>Time the authorities give votes to arrive.</summary>
    public TimeSpan VoteDelay { get; init; }

    /// <summary>Time the authorities give signatures to arrive.</summary>
    public TimeSpan DistributionDelay { get; init; }

    /// <summary>The <c>params</c> line by name.</summary>
    public required IReadOnlyDictionary<string, int> Parameters { get; init; }

    /// <summary>The <c>bandwidth-weights</c> line by name (Wgg, Wgm ...), scale 10000 unless a parameter says otherwise; empty when absent.</summary>
    public required IReadOnlyDictionary<string, int> BandwidthWeights { get; init; }

    /// <summary>All relays, ascending by RSA identity.</summary>
    public required IReadOnlyList<RouterStatus> Relays { get; init; }

    /// <summary>Shared random value of the previous period, null when absent.</summary>
    public Digest256? PreviousSharedRandom { get; init; }

    /// <summary>Shared random value of the current period, null when absent.</summary>
    public Digest256? CurrentSharedRandom { get; init; }
}
