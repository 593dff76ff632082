using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Documents.Votes;

namespace Tunic.Tor.Protocol.Voting.Tally;

/// <summary>Finds out which entries of the votes are about the same relay: by RSA and Ed25519 identity, else by RSA alone (dircollate.c).</summary>
internal static class RelayCollation
{
    /// <summary>The relays that more than half of the authorities list, ascending by RSA identity.</summary>
    /// <param name="votes">The votes.</param>
    /// <param name="authorityCount">How many authorities the network has, voting or not.</param>
    public static IReadOnlyList<CollatedRelay> Collate(IReadOnlyList<Vote> votes, int authorityCount)
    {
        var byRsa = new SortedDictionary<RsaIdentity, VoteRouterStatus?[]>();
        for (int voter = 0; voter < votes.Count; voter++)
        {
            foreach (VoteRouterStatus entry in votes[voter].Relays)
            {
                if (!byRsa.TryGetValue(entry.Status.Identity, out VoteRouterStatus?[]? entries))
                {
                    byRsa.Add(entry.Status.Identity, entries = new VoteRouterStatus?[votes.Count]);
                }

                entries[voter] = entry;
            }
        }

        return [.. byRsa.Values.Select(entries => Collate(entries, authorityCount / 2)).OfType<CollatedRelay>()];
    }

    private static CollatedRelay? Collate(VoteRouterStatus?[] entries, int half)
    {
        Ed25519Identity? agreed = entries.OfType<VoteRouterStatus>()
            .Where(entry => entry.HasEd25519Listing)
            .GroupBy(entry => entry.Ed25519Identity)
            .Where(group => group.Count() > half)
            .Select(group => (Ed25519Identity?)group.Key)
            .FirstOrDefault();
        if (agreed is { } identity)
        {
            // Entries that name another Ed25519 identity are about somebody else; those that name none may be about this relay.
            VoteRouterStatus?[] own = [.. entries.Select(entry =>
                entry is not null && entry.HasEd25519Listing && entry.Ed25519Identity != identity ? null : entry)];
            return new CollatedRelay(own, own.Count(entry => entry is { HasEd25519Listing: true }));
        }

        return entries.Count(entry => entry is not null) > half ? new CollatedRelay(entries, 0) : null;
    }
}
