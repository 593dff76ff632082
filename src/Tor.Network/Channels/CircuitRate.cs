namespace Tunic.Tor.Network.Channels;

/// <summary>How fast one circuit may send on one channel: a bucket, and a clock that lets it go on.</summary>
/// <remarks>Belongs to the channel's outgoing gate, but for the clock.</remarks>
internal sealed class CircuitRate : IDisposable
{
    private readonly TokenBucket _bucket;
    private readonly TimeProvider _time;
    private readonly ITimer _clock;

    /// <param name="bytesPerSecond">Average, more than 0.</param>
    /// <param name="burst">Bytes at once.</param>
    /// <param name="time">The clock.</param>
    /// <param name="onFilled">Called outside the gate when the circuit may go on.</param>
    internal CircuitRate(long bytesPerSecond, long burst, TimeProvider time, Action onFilled)
    {
        _bucket = new TokenBucket(bytesPerSecond, burst, time.GetElapsedTime(0));
        _time = time;
        _clock = time.CreateTimer(_ => onFilled(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Counts what was sent.</summary>
    /// <returns>False when the circuit has to wait; the clock runs then.</returns>
    internal bool Spend(int bytes)
    {
        TimeSpan now = _time.GetElapsedTime(0);
        _bucket.Take(bytes, now);
        TimeSpan wait = _bucket.GetWait(now);
        if (wait == TimeSpan.Zero)
        {
            return true;
        }

        _clock.Change(wait, Timeout.InfiniteTimeSpan);
        return false;
    }

    public void Dispose() => _clock.Dispose();
}
