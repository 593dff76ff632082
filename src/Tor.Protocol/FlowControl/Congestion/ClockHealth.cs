namespace Tunic.Tor.Protocol.FlowControl.Congestion;

/// <summary>
/// Whether the monotonic clock can be trusted, judged by the round trips of one circuit (proposal 324, "Clock jump heuristics").
/// Shared by the flow control of a circuit and of the streams on it.
/// </summary>
public sealed class ClockHealth
{
    private const int GreatestRatio = 5000;

    /// <summary>False after a measured round trip of no time at all, until a plausible one.</summary>
    public bool Reliable { get; private set; } = true;

    /// <summary>Judges one measurement.</summary>
    /// <param name="previous">What is usual, microseconds.</param>
    /// <param name="measured">The new one, microseconds.</param>
    /// <param name="comparable">True when <paramref name="previous"/> rests on enough measurements to compare with.</param>
    /// <returns>True when the measurement must not be used.</returns>
    internal bool HasStalledOrJumped(long previous, long measured, bool comparable)
    {
        if (measured <= 0)
        {
            Reliable = false;
            return true;
        }

        if (!comparable)
        {
            return false;
        }

        if (previous > measured * GreatestRatio)
        {
            // The network may also have become fast all of a sudden: believed unless the clock stood still just now.
            return !Reliable;
        }

        if (measured > previous * GreatestRatio)
        {
            // Not remembered: a peer can cause it by holding back one SENDME.
            return true;
        }

        Reliable = true;
        return false;
    }
}
