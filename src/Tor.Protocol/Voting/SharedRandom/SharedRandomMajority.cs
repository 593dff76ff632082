using Tunic.Tor.Protocol.Documents.Votes;
using Tunic.Tor.Protocol.Voting.Tally;

namespace Tunic.Tor.Protocol.Voting.SharedRandom;

/// <summary>Which shared random values go into a consensus (srv-spec, "Including the shared random value in the consensus").</summary>
/// <param name="AuthorityCount">How many authorities the network has.</param>
/// <param name="Agreements">How many must agree on a value that is new: parameter "AuthDirNumSRVAgreements", else two thirds, rounded down.</param>
/// <param name="IsFresh">Whether our own state has just computed a new value.</param>
public sealed record SharedRandomMajority(int AuthorityCount, int Agreements, bool IsFresh)
{
    /// <summary>The value that enough of the participating votes name; null for none.</summary>
    /// <param name="votes">All votes.</param>
    /// <param name="current">The current value; false for the previous one.</param>
    public SharedRandomValue? Choose(IEnumerable<Vote> votes, bool current)
    {
        SharedRandomValue[] values = [.. votes.Where(vote => vote.ParticipatesInSharedRandom)
            .Select(vote => current
                ? (Value: vote.CurrentSharedRandom, Reveals: vote.CurrentSharedRandomReveals)
                : (Value: vote.PreviousSharedRandom, Reveals: vote.PreviousSharedRandomReveals))
            .Where(pair => pair.Value is not null)
            .Select(pair => new SharedRandomValue((ulong)pair.Reveals, pair.Value!.Value))];
        SharedRandomValue? best = Majority.MostFrequent(values, Comparer<SharedRandomValue>.Create((a, b) => a.Value.CompareTo(b.Value)), out int count);
        return count < (AuthorityCount / 2) + 1 || (IsFresh && count < Agreements) ? null : best;
    }
}
