using Tunic.Primitives.Keys;

namespace Tunic.Tor.Protocol.Voting.Liveness;

/// <summary>The rule that not more than a third of a network goes down at once (docs/spec/liveness.md, "A third is too much").</summary>
internal static class WeightLimit
{
    /// <summary>The candidates if they are light enough, else those of them that were down before.</summary>
    /// <param name="candidates">Relays that seem to be down.</param>
    /// <param name="before">Relays that were down until now.</param>
    /// <param name="weights">Weight of each relay of the consensus; relays without one are left out.</param>
    public static SortedSet<RsaIdentity> Apply(
        IEnumerable<RsaIdentity> candidates, IReadOnlySet<RsaIdentity> before, IReadOnlyDictionary<RsaIdentity, long> weights)
    {
        var known = new SortedSet<RsaIdentity>(candidates.Where(weights.ContainsKey));
        bool areWeightless = weights.Values.All(weight => weight == 0); // a young network: then every relay counts the same
        Int128 total = 0;
        Int128 down = 0;
        foreach ((RsaIdentity relay, long weight) in weights)
        {
            long counted = areWeightless ? 1 : weight;
            total += counted;
            down += known.Contains(relay) ? counted : 0;
        }

        if (3 * down > total)
        {
            known.IntersectWith(before);
        }

        return known;
    }
}
