namespace Tunic.Tor.Protocol.FlowControl.Congestion;

/// <summary>The congestion window of one circuit end (proposal 324, "Tor Vegas"): it compares the window with the cells that fit into
/// the path, and takes the difference for cells that wait in queues.</summary>
/// <remarks>The order of the steps and the integer arithmetic are those of stock, so that its test vectors hold to the digit.</remarks>
internal sealed class VegasWindow
{
    private readonly CongestionControlParameters _parameters;
    private readonly VegasThresholds _thresholds;
    private readonly int _increment;
    private long _sendmesUntilAdjustment;
    private long _sendmesUntilWindowPassed;

    public VegasWindow(CongestionControlParameters parameters, VegasThresholds thresholds, int increment)
    {
        _parameters = parameters;
        _thresholds = thresholds;
        _increment = increment;
        Cells = parameters.InitialWindow;
        _sendmesUntilAdjustment = SendmesPerAdjustment;
    }

    /// <summary>The window: most cells in flight.</summary>
    public long Cells { get; internal set; }

    /// <summary>True until the first sign of congestion.</summary>
    public bool InSlowStart { get; internal set; } = true;

    /// <summary>True when the sender has used the window up, so that it may grow.</summary>
    public bool Full { get; private set; }

    /// <summary>The channel was blocked at the last SENDME.</summary>
    public bool Blocked { get; private set; }

    /// <summary>Cells that fit into the path without waiting.</summary>
    public long BandwidthDelayProduct { get; private set; }

    /// <summary>The window is as small as it gets.</summary>
    public bool AtMinimum => Cells == _parameters.MinimumWindow;

    /// <summary>Round trips to average over, 2 or more.</summary>
    public int Smoothing
    {
        get
        {
            long count = InSlowStart
                ? _parameters.SlowStartSmoothing
                : Math.Min(SendmesPerAdjustment * _parameters.SmoothingPercent / 100, _parameters.SmoothingMaximum);
            return (int)Math.Max(count, 2);
        }
    }

    /// <summary>SENDMEs until the next adjustment; for tests.</summary>
    internal long SendmesUntilAdjustment => _sendmesUntilAdjustment;

    /// <summary>SENDMEs from one adjustment to the next.</summary>
    internal long SendmesPerAdjustment
    {
        get
        {
            long cellsPerStep = (long)_parameters.WindowStepRate * _increment;
            return InSlowStart ? 1 : (Cells + (cellsPerStep / 2)) / cellsPerStep;
        }
    }

    private long SendmesPerWindow => (Cells + (_increment / 2)) / _increment;

    /// <summary>Adjusts the window to one SENDME.</summary>
    /// <param name="inFlight">Cells in flight, those included that the SENDME acknowledges.</param>
    /// <param name="roundTrips">Already told of the SENDME's round trip.</param>
    /// <param name="measured">That round trip, microseconds; 0 when the clock failed.</param>
    /// <param name="channelBlocked">Cells of the circuit wait for its channel.</param>
    /// <param name="queuedCells">How many.</param>
    public void OnSendme(long inFlight, RoundTripEstimator roundTrips, long measured, bool channelBlocked, int queuedCells)
    {
        _sendmesUntilAdjustment = Math.Max(0, _sendmesUntilAdjustment - 1);
        _sendmesUntilWindowPassed = Math.Max(0, _sendmesUntilWindowPassed - 1);
        if (UpdateBandwidthDelayProduct(roundTrips, measured, channelBlocked, queuedCells))
        {
            Adjust(inFlight);
        }

        Cells = Math.Min(Cells, _parameters.MaximumWindow);
    }

    /// <returns>True when there is something to base an adjustment on.</returns>
    private bool UpdateBandwidthDelayProduct(RoundTripEstimator roundTrips, long measured, bool channelBlocked, int queuedCells)
    {
        if (roundTrips.Smoothed == 0)
        {
            // The clock has stood still all the time: the only thing known is what waits for our own channel.
            BandwidthDelayProduct = channelBlocked ? Math.Max(Cells - queuedCells, _parameters.MinimumWindow) : Cells;
            Blocked = channelBlocked;
            return channelBlocked;
        }

        BandwidthDelayProduct = Cells * roundTrips.Lowest / roundTrips.Smoothed;
        if (Blocked != channelBlocked)
        {
            Blocked = channelBlocked;
            _sendmesUntilAdjustment = 0; // a change either way is a reason to adjust at once
        }

        return channelBlocked || measured != 0;
    }

    private void Adjust(long inFlight)
    {
        long queued = Math.Max(0, Cells - BandwidthDelayProduct);
        if (inFlight + ((long)_parameters.FullGap * _increment) >= Cells)
        {
            Full = true;
        }
        else if (100 * inFlight < _parameters.FullMinimumPercent * Cells)
        {
            Full = false;
        }

        if (InSlowStart)
        {
            AdjustInSlowStart(queued);
        }
        else if (_sendmesUntilAdjustment == 0)
        {
            AdjustInSteadyState(queued);
        }

        CountEvents();
    }

    private void AdjustInSlowStart(long queued)
    {
        if (queued >= _thresholds.Gamma || Blocked)
        {
            // The minimum matters with odd consensus parameters only; without it a window of 0 would never open again.
            Cells = Math.Max(BandwidthDelayProduct + _thresholds.Gamma, _parameters.MinimumWindow);
            InSlowStart = false;
        }
        else if (Full)
        {
            long growth = SlowStartGrowth();
            Cells += growth;
            InSlowStart = growth * SendmesPerWindow > (long)_parameters.WindowStep * _parameters.WindowStepRate;
        }

        if (Cells >= _parameters.SlowStartMaximum)
        {
            Cells = _parameters.SlowStartMaximum;
            InSlowStart = false;
        }
    }

    /// <summary>Limited slow start (RFC 3742, section 2), in cells.</summary>
    private long SlowStartGrowth()
    {
        if (Cells <= _thresholds.SlowStartCap)
        {
            return (((long)_parameters.SlowStartPercent * _increment) + 50) / 100;
        }

        return Math.Max((((long)_increment * _thresholds.SlowStartCap) + Cells) / (2 * Cells), 1);
    }

    private void AdjustInSteadyState(long queued)
    {
        if (queued > _thresholds.Delta)
        {
            Cells = BandwidthDelayProduct + _thresholds.Delta - _parameters.WindowStep;
        }
        else if (queued > _thresholds.Beta || Blocked)
        {
            Cells -= _parameters.WindowStep;
        }
        else if (Full && queued < _thresholds.Alpha)
        {
            Cells += _parameters.WindowStep;
        }

        Cells = Math.Max(Cells, _parameters.MinimumWindow);
    }

    private void CountEvents()
    {
        if (_sendmesUntilWindowPassed == 0)
        {
            _sendmesUntilWindowPassed = SendmesPerWindow;
        }

        if (_sendmesUntilAdjustment == 0)
        {
            _sendmesUntilAdjustment = SendmesPerAdjustment;
        }

        bool passed = _parameters.FullPerWindow
            ? _sendmesUntilWindowPassed == SendmesPerWindow
            : _sendmesUntilAdjustment == SendmesPerAdjustment;
        if (passed)
        {
            Full = false;
        }
    }
}
