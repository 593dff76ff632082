namespace Tunic.Tor.Protocol.FlowControl;

/// <summary>The rate that the peer asked for in its last XON: a bucket that holds one second's worth.</summary>
internal sealed class AdvisoryRate
{
    // Less than a cell's worth is not handed out: it would be sent in tiny cells.
    private const int SmallestPortion = 498;
    private const long Unlimited = int.MaxValue;

    private long _bytesPerSecond = Unlimited;
    private long _available;
    private TimeSpan _filledAt;

    /// <summary>When a portion will be there; null without a limit.</summary>
    public TimeSpan? NextPortion => _bytesPerSecond == Unlimited
        ? null
        : _filledAt + TimeToFill(Math.Max(0, Portion - _available)) + TimeSpan.FromTicks(1); // rounded up

    private long Portion => Math.Min(SmallestPortion, _bytesPerSecond);

    /// <summary>Sets the rate; 0, and whatever is above 2^31 bytes per second, means no limit.</summary>
    public void Set(uint kilobytesPerSecond, TimeSpan now)
    {
        long available = _bytesPerSecond == Unlimited ? Unlimited : Fill(now);
        long rate = kilobytesPerSecond * 1000L;
        _bytesPerSecond = rate == 0 ? Unlimited : Math.Min(rate, Unlimited);
        _available = Math.Min(available, _bytesPerSecond);
        _filledAt = now;
    }

    /// <summary>Bytes to be had now.</summary>
    public int Available(TimeSpan now)
    {
        if (_bytesPerSecond == Unlimited)
        {
            return int.MaxValue;
        }

        long available = Fill(now);
        return available >= Portion ? (int)available : 0;
    }

    /// <summary>Takes bytes out, also more than there are: then the next ones come later.</summary>
    public void Take(int bytes, TimeSpan now)
    {
        if (_bytesPerSecond != Unlimited)
        {
            _available = Fill(now) - bytes;
        }
    }

    private long Fill(TimeSpan now)
    {
        // more than this cannot be missing: one second's worth, and the debt of a few cells
        TimeSpan elapsed = TimeSpan.FromTicks(Math.Clamp((now - _filledAt).Ticks, 0, TimeSpan.TicksPerMinute));
        long gained = elapsed.Ticks * _bytesPerSecond / TimeSpan.TicksPerSecond;
        _available = Math.Min(_available + gained, _bytesPerSecond);
        _filledAt = elapsed.Ticks == TimeSpan.TicksPerMinute ? now : _filledAt + TimeToFill(gained); // keep what was rounded off
        return _available;
    }

    private TimeSpan TimeToFill(long bytes) => TimeSpan.FromTicks(bytes * TimeSpan.TicksPerSecond / _bytesPerSecond);
}
