using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Documents.Consensuses;
using Tunic.Tor.Protocol.Paths;

namespace Tunic.Tor.Protocol.Voting.Liveness;

/// <summary>What liveness takes from the consensus: whose documents count, and what relays weigh (docs/spec/liveness.md, "Who may speak"). Immutable.</summary>
/// <param name="Speakers">Ed25519 identity of each authority's relay, by its fingerprint. An authority without one never counts, but is counted.</param>
/// <param name="Weights">Weight of each relay that the consensus lists.</param>
public sealed record LivenessConsensus(
    IReadOnlyDictionary<RsaIdentity, Ed25519Identity> Speakers, IReadOnlyDictionary<RsaIdentity, long> Weights)
{
    /// <summary>Before the first consensus: nobody may speak.</summary>
    public static LivenessConsensus None { get; } =
        new(new Dictionary<RsaIdentity, Ed25519Identity>(), new Dictionary<RsaIdentity, long>());

    /// <summary>From when on the consensus counts, UTC; orders them.</summary>
    public DateTime ValidAfter { get; init; }

    /// <summary>The same after a new view of the network. An authority whose identity it does not tell keeps the one it had.</summary>
    /// <param name="view">A consensus that the authorities have signed, with the microdescriptors at hand.</param>
    /// <param name="authorityRelays">Fingerprints of the authorities' relays, known beforehand.</param>
    public LivenessConsensus Update(NetworkView view, IEnumerable<RsaIdentity> authorityRelays)
    {
        var speakers = new Dictionary<RsaIdentity, Ed25519Identity>();
        foreach (RsaIdentity relay in authorityRelays)
        {
            Ed25519Identity identity = view.Find(relay)?.Ed25519Identity ?? default;
            if (!identity.IsZero || Speakers.TryGetValue(relay, out identity))
            {
                speakers[relay] = identity;
            }
        }

        return new LivenessConsensus(speakers, WeightsOf(view.Consensus)) { ValidAfter = view.Consensus.ValidAfter };
    }

    /// <summary>The weight of each relay; 0 where the consensus gives none.</summary>
    public static IReadOnlyDictionary<RsaIdentity, long> WeightsOf(Consensus consensus)
    {
        var weights = new Dictionary<RsaIdentity, long>();
        foreach (RouterStatus relay in consensus.Relays)
        {
            weights[relay.Identity] = relay.Bandwidth ?? 0;
        }

        return weights;
    }
}
