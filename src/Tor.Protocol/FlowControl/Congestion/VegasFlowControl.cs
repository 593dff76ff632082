namespace Tunic.Tor.Protocol.FlowControl.Congestion;

/// <summary>Congestion control by round-trip times (proposal 324): the window follows what the path can carry.</summary>
public sealed class VegasFlowControl : CircuitFlowControl
{
    private readonly RoundTripEstimator _roundTrips;
    private readonly VegasWindow _window;

    /// <summary>The flow control of a circuit end on which congestion control was negotiated.</summary>
    /// <param name="parameters">From the consensus of the time at which the circuit was made.</param>
    /// <param name="path">What the circuit is for.</param>
    /// <param name="sendmeIncrement">The negotiated increment, 1 to 255.</param>
    /// <param name="minimumVersion">Lowest accepted SENDME version: <see cref="SendmeParameters.MinimumVersion"/>.</param>
    public VegasFlowControl(
        CongestionControlParameters parameters, CongestionControlPath path, int sendmeIncrement, int minimumVersion = 0)
        : base(sendmeIncrement, minimumVersion)
    {
        _roundTrips = new RoundTripEstimator(Clock, parameters.RoundTripResetPercent);
        _window = new VegasWindow(parameters, parameters.Thresholds(path), sendmeIncrement);
    }

    /// <summary>What this circuit knows about the clock; the flow control of its streams wants it too.</summary>
    public ClockHealth Clock { get; } = new();

    /// <inheritdoc/>
    /// <remarks>A window that was just reduced may be smaller than what is in flight: then 0.</remarks>
    public override int SendBudget => (int)Math.Clamp(_window.Cells - InFlight, 0, int.MaxValue);

    /// <summary>Most cells in flight.</summary>
    public long CongestionWindow => _window.Cells;

    /// <summary>True until the first sign of congestion.</summary>
    public bool InSlowStart => _window.InSlowStart;

    /// <summary>Cells that fit into the path without waiting; 0 before the first SENDME.</summary>
    public long BandwidthDelayProduct => _window.BandwidthDelayProduct;

    /// <summary>The present round trip, averaged; null before the first measurement.</summary>
    public TimeSpan? SmoothedRoundTrip => FromMicroseconds(_roundTrips.Smoothed);

    /// <summary>The lowest averaged round trip; null before the first measurement.</summary>
    public TimeSpan? LowestRoundTrip => FromMicroseconds(_roundTrips.Lowest);

    /// <summary>The longest round trip; null before the first measurement.</summary>
    public TimeSpan? HighestRoundTrip => FromMicroseconds(_roundTrips.Highest);

    private protected override void OnAcknowledged(TimeSpan sentAt, TimeSpan now)
    {
        long measured = _roundTrips.Measure(
            ToMicroseconds(sentAt), ToMicroseconds(now), _window.Smoothing, _window.InSlowStart, _window.AtMinimum);
        _window.OnSendme(InFlight, _roundTrips, measured, ChannelBlocked, QueuedCells);
    }

    private static long ToMicroseconds(TimeSpan time) => time.Ticks / TimeSpan.TicksPerMicrosecond;

    private static TimeSpan? FromMicroseconds(long time) =>
        time == 0 ? null : TimeSpan.FromTicks(time * TimeSpan.TicksPerMicrosecond);
}
