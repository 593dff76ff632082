namespace Tunic.Tor.Protocol.FlowControl.Congestion;

/// <summary>Round trips of a circuit from DATA cell to SENDME: smoothed, lowest and highest (proposal 324, "RTT estimation"). All in
/// microseconds, 0 for "not known"; integer arithmetic as in stock, so that its test vectors hold to the digit.</summary>
internal sealed class RoundTripEstimator(ClockHealth clock, int resetPercent)
{
    // 71 minutes: longer ones say nothing more, and products with a window still fit into 63 bits
    private const long Longest = uint.MaxValue;

    /// <summary>Exponentially weighted average.</summary>
    public long Smoothed { get; private set; }

    /// <summary>Lowest average so far.</summary>
    public long Lowest { get; private set; }

    /// <summary>Longest single round trip.</summary>
    public long Highest { get; private set; }

    /// <summary>Adds a measurement.</summary>
    /// <param name="sentAt">When the cell was sent, microseconds.</param>
    /// <param name="now">When its SENDME came, microseconds.</param>
    /// <param name="smoothing">Measurements to average over, 2 or more.</param>
    /// <param name="inSlowStart">Slow start has too few measurements to judge the clock by.</param>
    /// <param name="atMinimumWindow">The window is as small as it gets.</param>
    /// <returns>The round trip, or 0 when the clock stalled or jumped; then nothing has changed.</returns>
    public long Measure(long sentAt, long now, int smoothing, bool inSlowStart, bool atMinimumWindow)
    {
        long measured = Math.Min(now - sentAt, Longest);
        if (clock.HasStalledOrJumped(Smoothed, measured, comparable: !inSlowStart && Smoothed != 0))
        {
            return 0;
        }

        Smoothed = Smoothed == 0 ? measured : ((2 * measured) + ((smoothing - 1L) * Smoothed)) / (smoothing + 1L);
        Highest = Math.Max(Highest, measured);
        if (Lowest == 0)
        {
            Lowest = Smoothed;
        }
        else if (atMinimumWindow && !inSlowStart)
        {
            // The way out when one untypically fast round trip has pushed the window down to its minimum.
            Lowest = (resetPercent * Math.Max(Smoothed, Lowest) / 100) + ((100 - resetPercent) * Math.Min(Smoothed, Lowest) / 100);
        }
        else
        {
            Lowest = Math.Min(Lowest, Smoothed);
        }

        return measured;
    }
}
