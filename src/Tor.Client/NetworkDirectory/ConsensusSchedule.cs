using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.Documents.Consensuses;

namespace Tunic.Tor.Client.NetworkDirectory;

/// <summary>When a client fetches the next consensus (dir-spec, "Downloading network-status documents").</summary>
internal static class ConsensusSchedule
{
    /// <summary>Caches get this long to fetch it first; a sixteenth of the interval when that is less.</summary>
    private static readonly TimeSpan CachingTime = TimeSpan.FromMinutes(2);

    /// <summary>
    /// A random moment after the caches have the next consensus and well before the present one ends: three quarters of an
    /// interval after fresh-until at the earliest.
    /// </summary>
    /// <param name="consensus">The present one.</param>
    /// <param name="isPrivate">A private network is small and changes quickly: each consensus is fetched, once the caches, which take half an interval, have it.</param>
    /// <param name="random">Spreads the clients.</param>
    internal static DateTime ChooseNextFetch(Consensus consensus, bool isPrivate, RandomSource random)
    {
        TimeSpan interval = consensus.FreshUntil - consensus.ValidAfter;
        TimeSpan caching = CachingTime < interval / 16 ? CachingTime : interval / 16;
        if (isPrivate)
        {
            return consensus.FreshUntil + (interval / 2) + caching + (interval / 4 * random.NextDouble());
        }

        DateTime start = consensus.FreshUntil + caching + (interval * 3 / 4);
        TimeSpan window = (consensus.ValidUntil - start) * 7 / 8;
        return window <= TimeSpan.Zero ? consensus.FreshUntil + caching : start + (window * random.NextDouble());
    }
}
