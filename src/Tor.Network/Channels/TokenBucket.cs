namespace Tunic.Tor.Network.Channels;

/// <summary>Allows so much per second on average, and so much at once. Fills by itself, in proportion to time.</summary>
/// <remarks>Thread safe. Whoever takes may take more than is there: the debt is paid before anybody may take again, so no read or write has to be cut to size.</remarks>
public sealed class TokenBucket
{
    /// <summary>Shortest wait: waking up more often costs more than it gains.</summary>
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(10);

    private readonly Lock _gate = new();
    private double _rate;
    private double _burst;
    private double _tokens;
    private TimeSpan _filledAt;

    /// <summary>A full bucket.</summary>
    /// <param name="ratePerSecond">Tokens that arrive per second, more than 0.</param>
    /// <param name="burst">Most tokens it holds, at least 1.</param>
    /// <param name="now">Monotonic time.</param>
    public TokenBucket(double ratePerSecond, double burst, TimeSpan now)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(ratePerSecond);
        ArgumentOutOfRangeException.ThrowIfLessThan(burst, 1);
        (_rate, _burst, _tokens, _filledAt) = (ratePerSecond, burst, burst, now);
    }

    /// <summary>Changes the limits; what is there stays, up to the new burst.</summary>
    public void Configure(double ratePerSecond, double burst, TimeSpan now)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(ratePerSecond);
        ArgumentOutOfRangeException.ThrowIfLessThan(burst, 1);
        lock (_gate)
        {
            Fill(now);
            (_rate, _burst) = (ratePerSecond, burst);
            _tokens = Math.Min(_tokens, burst);
        }
    }

    /// <summary>Takes one token if there is one.</summary>
    public bool TryTake(TimeSpan now)
    {
        lock (_gate)
        {
            Fill(now);
            if (_tokens < 1)
            {
                return false;
            }

            _tokens--;
            return true;
        }
    }

    /// <summary>Takes tokens, there or not.</summary>
    public void Take(int count, TimeSpan now)
    {
        lock (_gate)
        {
            Fill(now);
            _tokens -= count;
        }
    }

    /// <summary>Time until something may be taken; zero when it may now.</summary>
    public TimeSpan GetWait(TimeSpan now)
    {
        lock (_gate)
        {
            Fill(now);
            if (_tokens >= 1)
            {
                return TimeSpan.Zero;
            }

            TimeSpan wait = TimeSpan.FromSeconds((1 - _tokens) / _rate);
            return wait < Tick ? Tick : wait;
        }
    }

    private void Fill(TimeSpan now)
    {
        if (now > _filledAt)
        {
            _tokens = Math.Min(_burst, _tokens + ((now - _filledAt).TotalSeconds * _rate));
            _filledAt = now;
        }
    }
}
