using Tunic.Tor.Protocol.Documents.Consensuses;

namespace Tunic.Tor.Protocol.FlowControl.Congestion;

/// <summary>What the consensus says about congestion control of circuits (proposal 324, "Consensus parameters").</summary>
/// <remarks>Values outside a range are moved to its end, as stock does.</remarks>
public sealed record CongestionControlParameters
{
    // a TLS record holds 31 cells; most defaults are multiples of it
    private const int RecordCells = 31;
    private const int VegasAlgorithm = 2;
    private const int MaximumAlgorithm = 3;

    /// <summary>The values that hold when the consensus says nothing.</summary>
    public static CongestionControlParameters Default { get; } = new();

    /// <summary><c>cc_alg</c>: false when it is 0, fixed windows. Default true. Unknown algorithms count as Vegas.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary><c>cc_sendme_inc</c>: cells per SENDME, 1 to 254, default 31. On a circuit the negotiated value counts.</summary>
    public int SendmeIncrement { get; private init; } = RecordCells;

    /// <summary><c>cc_cwnd_init</c>: first window, 31 to 10 000 cells, default 124.</summary>
    public int InitialWindow { get; private init; } = 4 * RecordCells;

    /// <summary><c>cc_cwnd_min</c>: smallest window, 31 to 1000 cells, default 124.</summary>
    public int MinimumWindow { get; private init; } = 4 * RecordCells;

    /// <summary><c>cc_cwnd_max</c>: largest window, 500 cells and more, default without limit.</summary>
    public int MaximumWindow { get; private init; } = int.MaxValue;

    /// <summary><c>cc_cwnd_inc</c>: step of the window after slow start, 1 to 1000 cells, default 1.</summary>
    public int WindowStep { get; private init; } = 1;

    /// <summary><c>cc_cwnd_inc_rate</c>: the window is adjusted after this many SENDMEs, rounded to whole windows; 1 to 250, default
    /// 31.</summary>
    public int WindowStepRate { get; private init; } = RecordCells;

    /// <summary><c>cc_cwnd_inc_pct_ss</c>: growth in slow start, percent of the SENDME increment, 1 to 500, default 100.</summary>
    public int SlowStartPercent { get; private init; } = 100;

    /// <summary><c>cc_ss_max</c>: window at which slow start ends, 500 cells and more, default 5000.</summary>
    public int SlowStartMaximum { get; private init; } = 5000;

    /// <summary><c>cc_cwnd_full_gap</c>: the window counts as full when no more than so many increments of it are unused; 0 to 32 767,
    /// default 4.</summary>
    public int FullGap { get; private init; } = 4;

    /// <summary><c>cc_cwnd_full_minpct</c>: used less than this, the window is no longer full; 0 to 100 percent, default 25.</summary>
    public int FullMinimumPercent { get; private init; } = 25;

    /// <summary><c>cc_cwnd_full_per_cwnd</c>: fullness is forgotten once per window (true, the default) or at each adjustment.</summary>
    public bool FullPerWindow { get; private init; } = true;

    /// <summary><c>cc_ewma_cwnd_pct</c>: share of a window's adjustments to average over, 1 to 255 percent, default 50.</summary>
    public int SmoothingPercent { get; private init; } = 50;

    /// <summary><c>cc_ewma_max</c>: most measurements to average over, 2 and more, default 10.</summary>
    public int SmoothingMaximum { get; private init; } = 10;

    /// <summary><c>cc_ewma_ss</c>: measurements to average over in slow start, 2 and more, default 2.</summary>
    public int SlowStartSmoothing { get; private init; } = 2;

    /// <summary><c>cc_rtt_reset_pct</c>: how far the lowest round trip moves to the present one when the window is at its minimum, 0 to
    /// 100 percent, default 100.</summary>
    public int RoundTripResetPercent { get; private init; } = 100;

    /// <summary><c>cellq_high</c>: cells waiting for the channel at which a circuit counts as blocked, 1 to 1000, default 256.</summary>
    public int CellQueueHigh { get; private init; } = 256;

    /// <summary><c>cellq_low</c>: cells waiting at which it no longer does, 1 to 1000, default 10.</summary>
    public int CellQueueLow { get; private init; } = 10;

    /// <summary>Thresholds of circuits to exits.</summary>
    public VegasThresholds Exit { get; private init; } =
        new(Alpha: 6 * RecordCells, Beta: 8 * RecordCells, Gamma: 6 * RecordCells, Delta: 10 * RecordCells, SlowStartCap: 600);

    /// <summary>Thresholds of circuits to onion services.</summary>
    public VegasThresholds Onion { get; private init; } =
        new(Alpha: 6 * RecordCells, Beta: 12 * RecordCells, Gamma: 8 * RecordCells, Delta: 14 * RecordCells, SlowStartCap: 475);

    /// <summary>Thresholds of measuring circuits of two hops.</summary>
    public VegasThresholds Sbws { get; private init; } =
        new(Alpha: 3 * RecordCells, Beta: 5 * RecordCells, Gamma: 4 * RecordCells, Delta: 8 * RecordCells, SlowStartCap: 400);

    /// <summary>Takes the values out of a consensus' <c>params</c>.</summary>
    public static CongestionControlParameters FromConsensus(IReadOnlyDictionary<string, int> parameters)
    {
        int Read(string name, int defaultValue, int minimum, int maximum = int.MaxValue) =>
            ConsensusParameter.Read(parameters, name, defaultValue, minimum, maximum);

        return new CongestionControlParameters
        {
            Enabled = Read("cc_alg", VegasAlgorithm, 0, MaximumAlgorithm) != 0,
            SendmeIncrement = Read("cc_sendme_inc", Default.SendmeIncrement, 1, 254),
            InitialWindow = Read("cc_cwnd_init", Default.InitialWindow, RecordCells, 10_000),
            MinimumWindow = Read("cc_cwnd_min", Default.MinimumWindow, RecordCells, 1000),
            MaximumWindow = Read("cc_cwnd_max", Default.MaximumWindow, 500),
            WindowStep = Read("cc_cwnd_inc", Default.WindowStep, 1, 1000),
            WindowStepRate = Read("cc_cwnd_inc_rate", Default.WindowStepRate, 1, 250),
            SlowStartPercent = Read("cc_cwnd_inc_pct_ss", Default.SlowStartPercent, 1, 500),
            SlowStartMaximum = Read("cc_ss_max", Default.SlowStartMaximum, 500),
            FullGap = Read("cc_cwnd_full_gap", Default.FullGap, 0, short.MaxValue),
            FullMinimumPercent = Read("cc_cwnd_full_minpct", Default.FullMinimumPercent, 0, 100),
            FullPerWindow = Read("cc_cwnd_full_per_cwnd", 1, 0, 1) != 0,
            SmoothingPercent = Read("cc_ewma_cwnd_pct", Default.SmoothingPercent, 1, byte.MaxValue),
            SmoothingMaximum = Read("cc_ewma_max", Default.SmoothingMaximum, 2),
            SlowStartSmoothing = Read("cc_ewma_ss", Default.SlowStartSmoothing, 2),
            RoundTripResetPercent = Read("cc_rtt_reset_pct", Default.RoundTripResetPercent, 0, 100),
            CellQueueHigh = Read("cellq_high", Default.CellQueueHigh, 1, 1000),
            CellQueueLow = Read("cellq_low", Default.CellQueueLow, 1, 1000),
            Exit = VegasThresholds.FromConsensus(parameters, "exit", Default.Exit),
            Onion = VegasThresholds.FromConsensus(parameters, "onion", Default.Onion),
            Sbws = VegasThresholds.FromConsensus(parameters, "sbws", Default.Sbws),
        };
    }

    /// <summary>The thresholds of one sort of circuit.</summary>
    public VegasThresholds Thresholds(CongestionControlPath path) => path switch
    {
        CongestionControlPath.Exit => Exit,
        CongestionControlPath.Onion => Onion,
        CongestionControlPath.Sbws => Sbws,
        _ => throw new ArgumentOutOfRangeException(nameof(path)),
    };

    /// <summary>Whether a client goes on with a circuit whose exit answered with this increment: one cell beside our own value at most,
    /// so that an exit cannot mark its clients by odd increments.</summary>
    public bool AcceptsIncrement(int negotiated) => negotiated > 0 && Math.Abs(negotiated - SendmeIncrement) <= 1;
}
