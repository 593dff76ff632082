namespace Tunic.Tor.Relay.Connections;

/// <summary>
/// The bandwidth that the relay has shown it can move: the best ten seconds of the last days, in the slower direction (dir-spec,
/// "bandwidth"; stock bwhist.c).
/// </summary>
/// <remarks>Not thread safe: one loop observes and asks.</remarks>
public sealed class ObservedBandwidth(TimeSpan now)
{
    private const int Seconds = 10;
    private const int Days = 5;

    private static readonly TimeSpan _day = TimeSpan.FromDays(1);

    private readonly Direction _read = new();
    private readonly Direction _written = new();
    private TimeSpan _second = now;
    private TimeSpan _dayEnd = now + _day;

    /// <summary>Bytes per second, for the descriptor.</summary>
    public long BytesPerSecond => Math.Min(_read.Best, _written.Best) / Seconds;

    /// <summary>Tells the totals moved so far. Call once a second; missed seconds count as shares of the next.</summary>
    /// <param name="bytesRead">Since the start.</param>
    /// <param name="bytesWritten">Since the start.</param>
    /// <param name="now">Monotonic time.</param>
    public void Observe(long bytesRead, long bytesWritten, TimeSpan now)
    {
        int seconds = (int)Math.Min((now - _second).TotalSeconds, int.MaxValue);
        if (seconds < 1)
        {
            return;
        }

        _second += TimeSpan.FromSeconds(seconds);
        _read.Add(bytesRead, seconds);
        _written.Add(bytesWritten, seconds);
        while (now >= _dayEnd)
        {
            _dayEnd += _day;
            _read.EndDay();
            _written.EndDay();
        }
    }

    private sealed class Direction
    {
        private readonly long[] _window = new long[Seconds];
        private readonly long[] _days = new long[Days];
        private long _total;
        private long _sum;
        private int _next;

        /// <summary>Most bytes in ten seconds.</summary>
        public long Best => _days.Max();

        public void Add(long total, int seconds)
        {
            long share = (total - _total) / seconds;
            _total = total;
            for (int i = 0; i < Math.Min(seconds, Seconds); i++)
            {
                _sum += share - _window[_next];
                _window[_next] = share;
                _next = (_next + 1) % Seconds;
            }

            _days[0] = Math.Max(_days[0], _sum);
        }

        public void EndDay()
        {
            Array.Copy(_days, 0, _days, 1, Days - 1);
            _days[0] = 0;
        }
    }
}
