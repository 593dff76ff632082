using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Voting.Timing;

namespace Tunic.Tor.Protocol.Voting.Rounds;

/// <summary>The authorities of a network, and the timing of its first rounds. Read once at start.</summary>
public sealed record AuthorityNetwork
{
    /// <summary>v3 identities of all authorities, our own included.</summary>
    public required IReadOnlySet<RsaIdentity> Authorities { get; init; }

    /// <summary>Relay fingerprints of all authorities: these relays get the flag Authority.</summary>
    public IReadOnlySet<RsaIdentity> AuthorityRelays { get; init; } = new HashSet<RsaIdentity>();

    /// <summary>TestingV3AuthInitial*: intervals while there is no consensus.</summary>
    public VotingIntervals Initial { get; init; } = VotingIntervals.Initial;

    /// <summary>TestingV3AuthVotingStartOffset. Default 0.</summary>
    public TimeSpan StartOffset { get; init; }

    /// <summary>
    /// Relays that the first vote of a new network waits for. Null for a network that begins by the clock as stock tor does;
    /// an empty set for one that begins at once.
    /// </summary>
    public IReadOnlySet<RsaIdentity>? ExpectedRelays { get; init; }

    /// <summary>Longest wait for <see cref="ExpectedRelays"/>. Default 5 s.</summary>
    public TimeSpan MaxHold { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>AuthDirSharedRandomness. Default yes.</summary>
    public bool ParticipatesInSharedRandom { get; init; } = true;

    /// <summary>How many authorities there are.</summary>
    public int Count => Authorities.Count;
}
