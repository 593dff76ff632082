using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.Documents.Consensuses;

namespace Tunic.Tor.Relay.DirectoryCache.Mirroring;

/// <summary>When a cache fetches next: at a random moment early in the next interval, and after failures at longer and longer random pauses.</summary>
/// <remarks>Pure; times are UTC. As in stock tor: update_consensus_networkstatus_fetch_time_impl, next_random_exponential_delay.</remarks>
internal sealed class FetchSchedule(RandomSource random)
{
    private static readonly TimeSpan _longestPause = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan _shortestPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _slack = TimeSpan.FromMinutes(2);

    private TimeSpan _pause;

    /// <summary>When to try next.</summary>
    public DateTime Due { get; private set; } = DateTime.MinValue;

    /// <summary>There is a consensus: the next one is due in the first half of the interval after this one.</summary>
    public void OnConsensus(Consensus consensus, DateTime now)
    {
        _pause = TimeSpan.Zero;
        if (!consensus.IsLive(now))
        {
            Due = now;
            return;
        }

        TimeSpan interval = consensus.FreshUntil - consensus.ValidAfter;
        TimeSpan slack = _slack > interval / 16 ? interval / 16 : _slack;
        slack = slack < TimeSpan.FromSeconds(1) ? TimeSpan.FromSeconds(1) : slack;
        TimeSpan window = interval / 2;
        DateTime start = consensus.FreshUntil + slack;
        DateTime latestStart = consensus.ValidUntil - window - TimeSpan.FromSeconds(1);
        Due = (start < latestStart ? start : latestStart) + (window * random.NextDouble());
    }

    /// <summary>All is there; nothing is due before <see cref="Retry"/> or a new consensus.</summary>
    public void OnComplete()
    {
        _pause = TimeSpan.Zero;
        Due = DateTime.MaxValue;
    }

    /// <summary>Something new is to be fetched.</summary>
    public void Retry(DateTime now)
    {
        _pause = TimeSpan.Zero;
        Due = now;
    }

    /// <summary>It failed, or there was nothing new yet.</summary>
    public void OnFailed(DateTime now)
    {
        TimeSpan most = _pause * 3 > _shortestPause * 2 ? _pause * 3 : _shortestPause * 2;
        TimeSpan drawn = _shortestPause + ((most - _shortestPause) * random.NextDouble());
        _pause = drawn < _longestPause ? drawn : _longestPause;
        Due = now + _pause;
    }
}
