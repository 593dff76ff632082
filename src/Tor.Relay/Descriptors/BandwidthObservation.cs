using System.Globalization;

namespace Tunic.Tor.Relay.Descriptors;

/// <summary>Bytes that went one way, second by second: the most in any ten seconds of each day, and the sum of each day (bwhist.c).</summary>
/// <remarks>Not thread safe.</remarks>
internal sealed class BandwidthObservation
{
    /// <summary>Seconds over which the most is sought.</summary>
    public const int WindowSeconds = 10;

    private const int DaysKept = 5;
    private static readonly TimeSpan _day = TimeSpan.FromDays(1);

    private readonly long[] _seconds = new long[WindowSeconds];
    private readonly Queue<(long Most, long Sum)> _days = [];
    private long _second;
    private long _window;
    private long _most;
    private long _sum;
    private DateTime _dayEnds;

    public BandwidthObservation(DateTime start)
    {
        _second = start.Ticks / TimeSpan.TicksPerSecond;
        _dayEnds = start + _day;
    }

    /// <summary>Counts bytes of this moment; times that lie back count for the last second.</summary>
    public void Add(long bytes, DateTime now)
    {
        AdvanceTo(now.Ticks / TimeSpan.TicksPerSecond);
        _seconds[_second % WindowSeconds] += bytes;
        _window += bytes;
        _sum += bytes;
    }

    /// <summary>Most bytes in ten seconds, over the last days; today counts from <paramref name="observationTime"/> on.</summary>
    public long MostInWindow(DateTime now, TimeSpan observationTime)
    {
        AdvanceTo(now.Ticks / TimeSpan.TicksPerSecond);
        long most = now > _dayEnds - _day + observationTime ? Math.Max(_most, _window) : 0;
        return _days.Count == 0 ? most : Math.Max(most, _days.Max(day => day.Most));
    }

    /// <summary>A history line of the extra-info document; null before the first whole day.</summary>
    /// <param name="keyword">For example "write-history".</param>
    /// <param name="now">UTC.</param>
    /// <param name="rate">Bytes per second that the operator relays at most: no day may tell of more, which would be his own traffic.</param>
    public string? ToLine(string keyword, DateTime now, long rate)
    {
        AdvanceTo(now.Ticks / TimeSpan.TicksPerSecond);
        if (_days.Count == 0)
        {
            return null;
        }

        long limit = rate * (long)_day.TotalSeconds;
        IEnumerable<long> sums = _days.Select(day => Math.Min(day.Sum & ~0x3ffL, limit));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{keyword} {_dayEnds - _day:yyyy-MM-dd HH:mm:ss} ({(long)_day.TotalSeconds} s) {string.Join(',', sums)}");
    }

    private void AdvanceTo(long second)
    {
        while (_second < second)
        {
            _most = Math.Max(_most, _window);
            _second++;
            int slot = (int)(_second % WindowSeconds);
            _window -= _seconds[slot];
            _seconds[slot] = 0;
            if (_second >= _dayEnds.Ticks / TimeSpan.TicksPerSecond)
            {
                CloseDay();
            }
        }
    }

    private void CloseDay()
    {
        _days.Enqueue((_most, _sum));
        if (_days.Count > DaysKept)
        {
            _days.Dequeue();
        }

        _most = 0;
        _sum = 0;
        _dayEnds += _day;
    }
}
