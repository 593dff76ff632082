using Tunic.Tor.Protocol.FlowControl.Congestion;

namespace Tunic.Tor.Protocol.FlowControl;

/// <summary>How fast the buffer of a stream empties, measured while something waits in it (proposal 324, "Edge bandwidth rate
/// advertisement"). In 1000 bytes per second, 0 for "not known".</summary>
internal sealed class DrainRate(StreamFlowControlParameters parameters, ClockHealth clock)
{
    private TimeSpan? _measuringSince;
    private long _drained;
    private long _drainedBefore;

    /// <summary>The averaged rate.</summary>
    public uint Smoothed { get; private set; }

    /// <summary>The rate in the last XON; 0 when there was none, or it set no limit.</summary>
    public uint Told { get; private set; }

    /// <summary>True when the rate differs from what the peer was told so much that he should know.</summary>
    public bool DiffersFromTold => clock.Reliable && Told != 0
        && (Smoothed > (100L + parameters.XonChangePercent) * Told / 100
            || Smoothed < (100L - parameters.XonChangePercent) * Told / 100);

    /// <summary>Notes that the peer is told the rate now, and returns it.</summary>
    public uint Tell() => Told = Smoothed;

    /// <summary>Forgets the rate: it was too high, or there would have been no XOFF.</summary>
    public void Forget() => Smoothed = 0;

    /// <summary>Adds drained bytes, and measures when enough have come together.</summary>
    /// <param name="bytes">Bytes that left the buffer, also 0 to start measuring.</param>
    /// <param name="buffered">Bytes left in it.</param>
    /// <param name="now">Monotonic time.</param>
    public void OnDrained(int bytes, long buffered, TimeSpan now)
    {
        _drained += bytes;
        if (!clock.Reliable)
        {
            _measuringSince = null;
            _drained = 0;
            return;
        }

        if (_measuringSince is null && buffered > 0)
        {
            _measuringSince = now;
            _drained = 0;
        }

        if (_measuringSince is not { } since || _drained <= parameters.XonRateBytes)
        {
            return;
        }

        // The bytes of the period before, as in stock: they are what the socket needed this period to swallow.
        long bytesBefore = _drainedBefore == 0 ? _drained : _drainedBefore;
        _drainedBefore = _drained;
        long microseconds = (now - since).Ticks / TimeSpan.TicksPerMicrosecond;
        if (microseconds <= 0)
        {
            return;
        }

        long rate = Math.Clamp(bytesBefore * 1000 / microseconds, 1, int.MaxValue);
        Smoothed = (uint)(Smoothed == 0
            ? rate
            : ((2 * rate) + ((parameters.XonSmoothing - 1L) * Smoothed)) / (parameters.XonSmoothing + 1L));
        _drained = 0;
        _measuringSince = null;
    }

    /// <summary>Nothing is left in the buffer: the peer is the slow one, so he may be allowed more and more.</summary>
    public void OnEmpty()
    {
        _measuringSince = null;
        if (_drained >= parameters.XonRateBytes && Told != 0)
        {
            Smoothed = (uint)Math.Min(int.MaxValue, 2L * Smoothed);
            _drainedBefore = _drained;
            _drained = 0;
        }
    }
}
