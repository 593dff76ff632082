using Tunic.Primitives.Time;

namespace Tunic.Tor.Protocol.Paths.BuildTimes;

/// <summary>Learns how long a circuit may take before it is not worth waiting for (path-spec, "Learning when to give up on circuits").</summary>
/// <remarks>
/// One owner, no locks. A circuit counts when it has three hops, whatever its final length. One that passes <see cref="Timeout"/> is
/// no longer used, but goes on to be measured until <see cref="CloseTimeout"/>. All times are monotonic.
/// </remarks>
public sealed class CircuitBuildTimeout
{
    /// <summary>Times are those of a circuit's first three hops; shorter circuits do not count.</summary>
    public const int MeasuredHops = 3;

    /// <summary>Beyond this the timeout is not doubled any more, in milliseconds.</summary>
    private const double MaxDoubled = int.MaxValue / 2;

    private readonly TimeSpan? _configured;
    private readonly bool _isLearningWanted;
    private readonly BuildTimeHistory _history = new();
    private CircuitBuildTimeoutParameters _parameters;
    private bool[] _recentTimeouts;
    private int _nextRecent;
    private double _timeout;
    private double _closeTimeout;
    private TimeSpan? _networkLastLive;
    private int _nonliveTimeouts;
    private TimeSpan? _lastCircuit;

    /// <param name="parameters">Numbers of the consensus.</param>
    /// <param name="isLearning">False keeps the first timeout for ever (<c>LearnCircuitBuildTimeout 0</c>).</param>
    /// <param name="configured">The first timeout in place of the consensus' (<c>CircuitBuildTimeout</c>); null for none.</param>
    public CircuitBuildTimeout(CircuitBuildTimeoutParameters parameters, bool isLearning = true, TimeSpan? configured = null)
    {
        _parameters = parameters;
        _isLearningWanted = isLearning;
        _configured = configured;
        _recentTimeouts = new bool[parameters.RecentCount];
        UseInitialTimeout();
    }

    /// <summary>A circuit that takes longer to get three hops is not used.</summary>
    public TimeSpan Timeout => TimeSpan.FromMilliseconds(_timeout);

    /// <summary>A circuit that takes longer is closed; never less than <see cref="Timeout"/>.</summary>
    public TimeSpan CloseTimeout => TimeSpan.FromMilliseconds(_closeTimeout);

    /// <summary>The timeout was computed from build times.</summary>
    public bool HasComputedTimeout { get; private set; }

    /// <summary>Build times known, at most 1000.</summary>
    public int BuildTimeCount => _history.Count;

    /// <summary>Share of known circuits that took longer than the timeout, 0 to 1.</summary>
    public double TimeoutRate => _history.ShareFrom(_timeout);

    /// <summary>Share of known circuits that were closed before they had three hops, 0 to 1.</summary>
    public double CloseRate => _history.ShareFrom(BuildTimeHistory.Abandoned);

    /// <summary>False once a circuit lived and was closed without anything arriving from the network: then nothing is learnt.</summary>
    public bool IsNetworkLive => _nonliveTimeouts == 0;

    /// <summary>Circuits should be built only to measure them.</summary>
    public bool NeedsCircuits => IsLearning && _history.Count < _parameters.MinCircuits;

    internal ParetoCurve? Curve => _history.Fit(_parameters.ModeCount);

    internal int RecentTimeouts => _recentTimeouts.Count(isTimeout => isTimeout);

    private bool IsLearning => _isLearningWanted && !_parameters.IsDisabled;

    private double InitialTimeout
    {
        get
        {
            if (_configured is not { } configured)
            {
                return _parameters.InitialTimeout.TotalMilliseconds;
            }

            return IsLearning ? Math.Max(configured.TotalMilliseconds, _parameters.MinTimeout.TotalMilliseconds) : configured.TotalMilliseconds;
        }
    }

    /// <summary>Takes over the numbers of a new consensus; what was learnt stays.</summary>
    public void Update(CircuitBuildTimeoutParameters parameters)
    {
        _parameters = parameters;
        if (parameters.RecentCount != _recentTimeouts.Length)
        {
            Array.Resize(ref _recentTimeouts, parameters.RecentCount);
            _nextRecent = Math.Min(_nextRecent, _recentTimeouts.Length - 1);
        }

        if (!IsLearning)
        {
            UseInitialTimeout();
        }
    }

    /// <summary>A test circuit should be launched now.</summary>
    public bool NeedsTestCircuit(TimeSpan now) => NeedsCircuits && (_lastCircuit is not { } last || now - last > _parameters.TestFrequency);

    /// <summary>A circuit that takes longer to get all of its hops is not used (stock circuit_expire_building).</summary>
    /// <param name="hops">How many it is to have.</param>
    /// <returns><see cref="Timeout"/> up to three hops; then more, in proportion to the links that all handshakes together cross.</returns>
    public TimeSpan GetTimeout(int hops) =>
        hops <= MeasuredHops
            ? Timeout
            : TimeSpan.FromMilliseconds(Math.Min(_timeout * CountCrossings(hops) / CountCrossings(MeasuredHops), int.MaxValue)); // timers count no further

    /// <summary>A circuit was launched.</summary>
    public void OnLaunched(TimeSpan now) => _lastCircuit = now;

    /// <summary>A cell arrived, or a TLS handshake was completed.</summary>
    public void OnNetworkActivity(TimeSpan now)
    {
        _networkLastLive = now;
        _nonliveTimeouts = 0;
    }

    /// <summary>A circuit got its third hop.</summary>
    /// <param name="buildTime">Since it was launched.</param>
    /// <param name="hasTimedOut">It was reported to <see cref="OnTimeout"/> before, and was only measured since.</param>
    public void OnBuilt(TimeSpan buildTime, bool hasTimedOut)
    {
        if (!IsLearning || buildTime < TimeSpan.Zero || buildTime.TotalMilliseconds > (2 * _closeTimeout) + 1000)
        {
            return; // so long after it should have been closed, the machine was asleep
        }

        if (IsNetworkLive)
        {
            _history.Add((int)Math.Clamp(buildTime.TotalMilliseconds, 1, BuildTimeHistory.Abandoned - 1));
            Compute();
        }

        if (!hasTimedOut)
        {
            Remember(isTimeout: false);
        }
    }

    /// <summary>A circuit passed <see cref="Timeout"/>. True when so many did that all was forgotten, as the network must have changed.</summary>
    /// <param name="hasFirstHop">It had got its first hop: else the guard is to blame, not the network.</param>
    public bool OnTimeout(bool hasFirstHop)
    {
        if (!IsLearning)
        {
            UseInitialTimeout();
            return false;
        }

        if (hasFirstHop)
        {
            Remember(isTimeout: true);
        }

        if (RecentTimeouts < _parameters.MaxRecentTimeouts)
        {
            return false;
        }

        _history.Clear();
        HasComputedTimeout = false;
        Array.Clear(_recentTimeouts);
        _nextRecent = 0;
        RelaxTimeout();
        return true;
    }

    /// <summary>A circuit was closed at <see cref="CloseTimeout"/> with fewer than three hops.</summary>
    /// <param name="startedAt">When it was launched.</param>
    public void OnClosed(TimeSpan startedAt)
    {
        if (!IsLearning)
        {
            UseInitialTimeout();
            return;
        }

        if (_networkLastLive is not { } live || live < startedAt)
        {
            _nonliveTimeouts = Math.Min(_nonliveTimeouts + 1, int.MaxValue - 1);
        }

        if (IsNetworkLive)
        {
            _history.Add(BuildTimeHistory.Abandoned);
            Compute();
        }
    }

    /// <summary>What must be kept over a restart: keyword and value of the lines of stock's state file.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> EncodeState() => _history.Encode();

    /// <summary>Takes over the lines of a state file. False, and nothing known, when they do not add up.</summary>
    /// <param name="lines">Keyword and value; other keywords are skipped.</param>
    /// <param name="random">Mixes the times, as their order is not in the file.</param>
    public bool TryLoadState(IEnumerable<KeyValuePair<string, string>> lines, RandomSource random)
    {
        if (!_history.TryDecode(lines, random))
        {
            return false;
        }

        if (IsLearning)
        {
            Compute();
        }

        return true;
    }

    /// <summary>The handshake with each hop crosses as many links as that hop is far away.</summary>
    private static int CountCrossings(int hops) => hops * (hops + 1) / 2;

    private void UseInitialTimeout() => _timeout = _closeTimeout = InitialTimeout;

    /// <summary>Doubles a timeout that proved too short from the start, for those on very bad lines.</summary>
    private void RelaxTimeout()
    {
        if (_timeout < InitialTimeout)
        {
            UseInitialTimeout();
        }
        else if (_timeout <= MaxDoubled && _closeTimeout <= MaxDoubled)
        {
            _timeout *= 2;
            _closeTimeout *= 2;
        }
    }

    private void Remember(bool isTimeout)
    {
        _recentTimeouts[_nextRecent] = isTimeout;
        _nextRecent = (_nextRecent + 1) % _recentTimeouts.Length;
    }

    private void Compute()
    {
        if (_history.Count < _parameters.MinCircuits || Curve is not { } curve)
        {
            return;
        }

        // No longer than the slowest we saw; the measured part of the curve says nothing beyond it.
        double longest = _history.Longest;
        _timeout = Math.Max(Math.Min(curve.TimeAt(_parameters.Quantile), longest), _parameters.MinTimeout.TotalMilliseconds);
        _closeTimeout = Math.Min(curve.TimeAt(_parameters.CloseQuantile), 2 * longest);

        // A very fast guard makes the curve so steep that both would be the same.
        _closeTimeout = Math.Max(Math.Max(_closeTimeout, _parameters.InitialTimeout.TotalMilliseconds), _timeout);
        HasComputedTimeout = true;
    }
}
