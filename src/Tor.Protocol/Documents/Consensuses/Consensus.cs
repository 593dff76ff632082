using System.Diagnostics.CodeAnalysis;
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

    /// <summary>How many authorities revealed for <see cref="PreviousSharedRandom"/>.</summary>
    public long PreviousSharedRandomReveals { get; init; }

    /// <summary>How many authorities revealed for <see cref="CurrentSharedRandom"/>.</summary>
    public long CurrentSharedRandomReveals { get; init; }

    /// <summary>Flags that the authorities know, ascending.</summary>
    public IReadOnlyList<string> KnownFlags { get; init; } = [];

    /// <summary>Recommended client versions, parted by commas; null when there is no such line.</summary>
    public string? ClientVersions { get; init; }

    /// <summary>Recommended relay versions, parted by commas; null when there is no such line.</summary>
    public string? ServerVersions { get; init; }

    /// <summary>Protocols a client should speak; null when there is no such line.</summary>
    public ProtocolVersions? RecommendedClientProtocols { get; init; }

    /// <summary>Protocols a relay should speak; null when there is no such line.</summary>
    public ProtocolVersions? RecommendedRelayProtocols { get; init; }

    /// <summary>Protocols without which a client must not go on; null when there is no such line.</summary>
    public ProtocolVersions? RequiredClientProtocols { get; init; }

    /// <summary>Protocols without which a relay must not go on; null when there is no such line.</summary>
    public ProtocolVersions? RequiredRelayProtocols { get; init; }

    /// <summary>The authorities whose votes went in, in the order of the document.</summary>
    public IReadOnlyList<ConsensusVoter> Voters { get; init; } = [];

    /// <summary>The signatures, in the order of the document, unverified.</summary>
    public IReadOnlyList<ConsensusSignature> Signatures { get; init; } = [];

    /// <summary>SHA-1 of the signed part: from the start through the space after the first "directory-signature".</summary>
    public Digest160 SignedSha1 { get; init; }

    /// <summary>SHA-256 of the signed part.</summary>
    public Digest256 SignedSha256 { get; init; }

    /// <summary>SHA3-256 of the signed part: how a diff names its base.</summary>
    public Digest256 SignedSha3 { get; init; }

    /// <summary>Whether the time lies between valid-after and valid-until.</summary>
    public bool IsLive(DateTime now) => now >= ValidAfter && now <= ValidUntil;

    /// <summary>Whether the consensus is at most 24 hours too old or too new: good enough to build circuits with.</summary>
    public bool IsReasonablyLive(DateTime now) => now >= ValidAfter.AddHours(-24) && now <= ValidUntil.AddHours(24);

    /// <summary>Reads a consensus of either flavour.</summary>
    /// <param name="text">The whole document. Nothing of it is kept.</param>
    /// <param name="consensus">The consensus, with its signatures still to be verified.</param>
    /// <param name="fault">Why it is refused.</param>
    public static bool TryParse(
        ReadOnlyMemory<byte> text, [NotNullWhen(true)] out Consensus? consensus, [NotNullWhen(false)] out DocumentFault? fault) =>
        new ConsensusParser(text).TryParse(out consensus, out fault);
}
