using System.Diagnostics.CodeAnalysis;
using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Documents.Authorities;
using Tunic.Tor.Protocol.Documents.Consensuses;

namespace Tunic.Tor.Protocol.Documents.Votes;

/// <summary>One authority's opinion of the network (dir-spec, "Vote and consensus status document formats").</summary>
/// <remarks>When parsed, its signature holds for <see cref="Certificate"/>; whether that authority is trusted is a separate question.</remarks>
public sealed record Vote
{
    /// <summary>Consensus methods that the authority supports, ascending.</summary>
    public required IReadOnlyList<int> Methods { get; init; }

    /// <summary>When the vote was made, UTC.</summary>
    public required DateTime Published { get; init; }

    /// <summary>Start of the interval voted on, UTC.</summary>
    public required DateTime ValidAfter { get; init; }

    /// <summary>Proposed time of the next consensus, UTC.</summary>
    public required DateTime FreshUntil { get; init; }

    /// <summary>Proposed end of validity, UTC.</summary>
    public required DateTime ValidUntil { get; init; }

    /// <summary>Proposed time for votes to arrive.</summary>
    public required TimeSpan VoteDelay { get; init; }

    /// <summary>Proposed time for signatures to arrive.</summary>
    public required TimeSpan DistributionDelay { get; init; }

    /// <summary>Recommended client versions, parted by commas; null when the authority does not say.</summary>
    public string? ClientVersions { get; init; }

    /// <summary>Recommended relay versions, parted by commas; null when the authority does not say.</summary>
    public string? ServerVersions { get; init; }

    /// <summary>Protocols a client should speak; null when there is no such line.</summary>
    public ProtocolVersions? RecommendedClientProtocols { get; init; }

    /// <summary>Protocols a relay should speak; null when there is no such line.</summary>
    public ProtocolVersions? RecommendedRelayProtocols { get; init; }

    /// <summary>Protocols a client must speak; null when there is no such line.</summary>
    public ProtocolVersions? RequiredClientProtocols { get; init; }

    /// <summary>Protocols a relay must speak; null when there is no such line.</summary>
    public ProtocolVersions? RequiredRelayProtocols { get; init; }

    /// <summary>Flags that the authority votes about, ascending, at most 64.</summary>
    public required IReadOnlyList<string> KnownFlags { get; init; }

    /// <summary>Rest of the <c>flag-thresholds</c> line, for people; null when absent.</summary>
    public string? FlagThresholds { get; init; }

    /// <summary>Network parameters.</summary>
    public required IReadOnlyDictionary<string, int> Parameters { get; init; }

    /// <summary>Rest of the <c>bandwidth-file-headers</c> line; null when absent.</summary>
    public string? BandwidthFileHeaders { get; init; }

    /// <summary>Rest of the <c>bandwidth-file-digest</c> line ("sha256=..."); null when absent.</summary>
    public string? BandwidthFileDigest { get; init; }

    /// <summary>The authority.</summary>
    public required ConsensusVoter Voter { get; init; }

    /// <summary>An old identity under which it also signs; null for none.</summary>
    public RsaIdentity? LegacyIdentity { get; init; }

    /// <summary>Whether it takes part in making shared random values.</summary>
    public bool ParticipatesInSharedRandom { get; init; }

    /// <summary>Commitments it knows of.</summary>
    public IReadOnlyList<SharedRandomCommit> SharedRandomCommits { get; init; } = [];

    /// <summary>Shared random value of the previous period, null when absent.</summary>
    public Digest256? PreviousSharedRandom { get; init; }

    /// <summary>How many authorities revealed for it.</summary>
    public long PreviousSharedRandomReveals { get; init; }

    /// <summary>Shared random value of the current period, null when absent.</summary>
    public Digest256? CurrentSharedRandom { get; init; }

    /// <summary>How many authorities revealed for it.</summary>
    public long CurrentSharedRandomReveals { get; init; }

    /// <summary>Certificate of the key that signs the vote.</summary>
    public required AuthorityCertificate Certificate { get; init; }

    /// <summary>All relays, ascending by RSA identity.</summary>
    public required IReadOnlyList<VoteRouterStatus> Relays { get; init; }

    /// <summary>SHA-1 of the signed part, the name of the vote in a consensus; zero before it is signed.</summary>
    public Digest160 Digest { get; init; }

    /// <summary>Reads a vote and checks its signature with the certificate in it.</summary>
    /// <param name="text">The whole document. Nothing of it is kept.</param>
    /// <param name="vote">The vote.</param>
    /// <param name="fault">Why it is refused.</param>
    public static bool TryParse(
        ReadOnlyMemory<byte> text, [NotNullWhen(true)] out Vote? vote, [NotNullWhen(false)] out DocumentFault? fault) =>
        new VoteParser(text).TryParse(out vote, out fault);
}
