using Tunic.Tor.Protocol.RelayMessages.OnionServices;

namespace Tunic.Tor.Relay.OnionServices;

/// <summary>
/// How many introductions one service may still get: by its own wish, or else by the consensus, also when that changes (stock hs_dos.c,
/// token_bucket.c: whole seconds, and the last token is never given).
/// </summary>
/// <remarks>Guarded by the gate of the service's circuit.</remarks>
internal sealed class IntroductionBucket
{
    private readonly IntroductionLimits? _wish;
    private long _tokens;
    private long _filledAt;

    /// <summary>A full bucket.</summary>
    /// <param name="wish">What the service wants; null when it said nothing.</param>
    /// <param name="policy">What the consensus says.</param>
    /// <param name="now">Monotonic time.</param>
    internal IntroductionBucket(IntroductionLimits? wish, IntroductionPolicy policy, TimeSpan now)
    {
        _wish = wish;
        _tokens = Effective(policy).Burst;
        _filledAt = (long)now.TotalSeconds;
    }

    /// <summary>Whether one more may go to the service.</summary>
    internal bool TryTake(IntroductionPolicy policy, TimeSpan now)
    {
        (bool isEnabled, long rate, long burst) = Effective(policy);
        if (!isEnabled)
        {
            return true;
        }

        long second = (long)now.TotalSeconds;
        _tokens = (long)Math.Min(burst, _tokens + ((double)(second - _filledAt) * rate));
        _filledAt = second;
        if (_tokens > 0)
        {
            _tokens--;
        }

        return _tokens > 0;
    }

    private (bool IsEnabled, long Rate, long Burst) Effective(IntroductionPolicy policy) => _wish is null
        ? (policy.IsEnabled, policy.RatePerSecond, policy.BurstPerSecond)
        : _wish.AreEnabled ? (true, (long)_wish.RatePerSecond, (long)_wish.BurstPerSecond) : (false, 0, 0);
}
