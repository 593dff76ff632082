using Microsoft.Extensions.Logging;
using Tunic.Primitives.Errors;
using Tunic.Primitives.Keys;
using Tunic.Primitives.Overlay;
using Tunic.Tor.Client.Paths;
using Tunic.Tor.Network.Circuits;
using Tunic.Tor.Protocol.FlowControl.Congestion;
using Tunic.Tor.Protocol.Paths;
using Tunic.Tor.Protocol.Paths.Guards;

namespace Tunic.Tor.Client.Circuits;

/// <summary>The circuits to exits: finds one for each request, builds what is missing and a few ahead of time, and retires old ones.</summary>
/// <remarks>One gate guards all lists; nothing waits inside it, and no circuit is closed inside it: that sends, and wakes others.</remarks>
internal sealed partial class CircuitPool(
    ClientOptions options, BuildCircuit buildCircuit, PathPlanner planner, TimeProvider time, ILogger log) : IAsyncDisposable
{
    /// <summary>Requests with new isolation keys within this time decide how many circuits are kept ready.</summary>
    private static readonly TimeSpan DemandWindow = TimeSpan.FromSeconds(10);

    private const int MaxSpareCircuits = 14;

    private readonly Lock _gate = new();
    private readonly CircuitSet _circuits = new();
    private readonly List<PooledCircuit> _waitingForGuard = [];
    private readonly List<CircuitBuild> _builds = [];
    private readonly CircuitBuildPace _pace = new();
    private readonly ClockJump _jump = new(time);
    private readonly CircuitWaiters _waiters = new();
    private readonly Queue<TimeSpan> _demand = new();
    private readonly HashSet<RsaIdentity> _avoid = [];
    private readonly CancellationTokenSource _stop = new();
    private long _lastNumber;
    private ushort _latestPort = 443;
    private volatile int _pathLength = options.PathLength;
    private ITimer? _upkeep;

    /// <summary>Told of each circuit that has been built and may be used, outside of the gate.</summary>
    internal Action<PooledCircuit>? OnBuilt { get; init; }

    /// <summary>An unused circuit is closed after this long; asked each time.</summary>
    internal Func<TimeSpan> UnusedLifetime { get; init; } = () => TimeSpan.FromMinutes(30);

    /// <summary>All circuits that are open, for showing them.</summary>
    internal IReadOnlyList<PooledCircuit> Open
    {
        get
        {
            lock (_gate)
            {
                return [.. _circuits.All];
            }
        }
    }

    /// <summary>Hops of circuits that are built from now on.</summary>
    internal int PathLength => _pathLength;

    private TimeSpan Now => time.GetElapsedTime(0);

    private bool MayBuild => !_stop.IsCancellationRequested && _pace.Allows && _builds.Count < options.MaxBuilding;

    /// <summary>Begins to keep circuits ready. The directory must be there.</summary>
    internal void Start()
    {
        _upkeep = time.CreateTimer(_ => MaintainSafely(), null, TimeSpan.Zero, TimeSpan.FromSeconds(1));
    }

    /// <summary>A circuit for the request, at once if there is one, else as soon as one has been built.</summary>
    /// <exception cref="TunicException">None can be built.</exception>
    internal async Task<PooledCircuit> GetAsync(CircuitRequest request, CancellationToken cancel)
    {
        CircuitWaiter waiter;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_stop.IsCancellationRequested, this);
            _latestPort = request.Port.Port == 0 ? _latestPort : request.Port.Port;
            if (Find(request) is { } found)
            {
                Use(found, request);
                Refill();
                return found;
            }

            waiter = _waiters.Add(request, Now);
            Refill();
        }

        try
        {
            return await waiter.Result.WaitAsync(cancel);
        }
        finally
        {
            lock (_gate)
            {
                _waiters.Remove(waiter);
            }
        }
    }

    /// <summary>No new streams on this circuit.</summary>
    internal void Retire(PooledCircuit circuit)
    {
        lock (_gate)
        {
            circuit.IsRetired = true;
        }
    }

    /// <summary>No new streams on this circuit, if it is one of the pool.</summary>
    internal void Retire(OriginCircuit circuit)
    {
        lock (_gate)
        {
            foreach (PooledCircuit pooled in _circuits.All.Where(pooled => ReferenceEquals(pooled.Circuit, circuit)))
            {
                pooled.IsRetired = true;
            }
        }
    }

    /// <summary>Takes up a circuit that somebody else has built.</summary>
    internal void Adopt(OriginCircuit circuit, CircuitPath path, GuardVerdict verdict) => Add(new PooledCircuit(circuit, path, Now), verdict, null);

    /// <summary>The options of circuits and requests from now on.</summary>
    internal void Reconfigure(ClientOptions changed)
    {
        lock (_gate)
        {
            options = changed;
        }
    }

    /// <summary>No new streams on any circuit that is open now (SIGNAL NEWNYM).</summary>
    internal void RetireAll()
    {
        lock (_gate)
        {
            foreach (PooledCircuit circuit in _circuits.All)
            {
                circuit.IsRetired = true;
            }

            Refill();
        }
    }

    /// <summary>No new streams on circuits through these relays; circuits that are being built through them are given up for others.</summary>
    internal void Avoid(Predicate<Relay> isDown) => GiveUp(path => path.Hops.Any(isDown.Invoke));

    /// <summary>No new streams on circuits of another length, built or being built.</summary>
    internal void ChangePathLength(int length)
    {
        _pathLength = length;
        GiveUp(path => path.Hops.Count != length);
    }

    private void GiveUp(Predicate<CircuitPath> isOfNoUse)
    {
        CircuitBuild[] hopeless;
        lock (_gate)
        {
            foreach (PooledCircuit circuit in _circuits.All.Concat(_waitingForGuard).Where(circuit => isOfNoUse(circuit.Path)))
            {
                circuit.IsRetired = true;
            }

            hopeless = [.. _builds.Where(build => isOfNoUse(build.Path))];
            Array.ForEach(hopeless, build => build.IsHopeless = true);
            Refill();
        }

        Array.ForEach(hopeless, build => build.Stop.Cancel());
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        Task[] running;
        lock (_gate)
        {
            running = [.. _builds.Select(build => build.Completion)];
        }

        if (_upkeep is not null)
        {
            await _upkeep.DisposeAsync();
        }

        await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        PooledCircuit[] closing;
        lock (_gate)
        {
            _waiters.FailAll(new CircuitEndedException(ErrorKind.ShuttingDown, "the client is shutting down"));

            closing = [.. _circuits.TakeWhere(_ => true), .. _waitingForGuard];
            _waitingForGuard.Clear();
        }

        Close(closing);
    }

    private static void Close(IEnumerable<PooledCircuit> circuits)
    {
        foreach (PooledCircuit circuit in circuits)
        {
            circuit.Circuit.Close();
        }
    }

    /// <summary>Prefers the circuit that the same key uses already, and among them the one used last.</summary>
    private PooledCircuit? Find(CircuitRequest request)
    {
        PooledCircuit? best = null;
        foreach (PooledCircuit circuit in _circuits.For(request.Isolation))
        {
            if (circuit.Fits(request)
                && !IsTooDirty(circuit)
                && (best is null || (circuit.DirtySince ?? TimeSpan.MinValue) > (best.DirtySince ?? TimeSpan.MinValue)))
            {
                best = circuit;
            }
        }

        return best;
    }

    /// <summary>Whether nobody uses it, and nobody may any more.</summary>
    private bool IsOver(PooledCircuit circuit)
    {
        bool isOld = circuit.IsRetired || IsTooDirty(circuit)
            || (circuit.DirtySince is null && Now - circuit.BuiltAt >= UnusedLifetime());
        return circuit.Circuit.HasEnded || (isOld && circuit.Circuit.StreamCount == 0);
    }

    private bool IsTooDirty(PooledCircuit circuit) => circuit.DirtySince is { } since && Now - since >= options.MaxCircuitDirtiness;

    private void Use(PooledCircuit circuit, CircuitRequest request)
    {
        if (circuit.DirtySince is null)
        {
            _demand.Enqueue(Now);
        }

        _circuits.Use(circuit, request, Now);
    }

    /// <summary>Starts the builds that waiting requests and the reserve call for.</summary>
    private void Refill()
    {
        if (!MayBuild)
        {
            return;
        }

        // A build that fits several requests of one key serves them all; those of different keys need one each.
        var promised = new List<CircuitBuild>();
        foreach (CircuitWaiter waiter in _waiters.All.ToArray())
        {
            CircuitBuild? build = _builds.Find(candidate => candidate.Fits(waiter.Request) && IsFor(candidate, waiter, promised));
            build ??= TryBuild(waiter.Request);
            if (build is null && !MayBuild)
            {
                return;
            }

            if (build is null)
            {
                continue; // no path fits it, and it has been told; the next one may be luckier
            }

            build.PromisedTo ??= waiter.Request.Isolation;
            promised.Add(build);
        }

        int ready = _circuits.Unused.Count(circuit => !circuit.IsRetired && !circuit.Circuit.HasEnded);
        int underWay = _builds.Count(build => build.PromisedTo is null && !build.IsHopeless);
        for (int missing = SparesWanted() - ready - underWay; missing > 0; missing--)
        {
            if (TryBuild(new CircuitRequest(new ExitPort(_latestPort), IsolationKey.None)) is null)
            {
                return;
            }
        }
    }

    private static bool IsFor(CircuitBuild build, CircuitWaiter waiter, List<CircuitBuild> promised) =>
        build.PromisedTo == waiter.Request.Isolation || (build.PromisedTo is null && !promised.Contains(build));

    /// <summary>As many as were newly taken of late, between the option and stock's limit.</summary>
    private int SparesWanted()
    {
        while (_demand.TryPeek(out TimeSpan oldest) && Now - oldest > DemandWindow)
        {
            _demand.Dequeue();
        }

        return Math.Min(Math.Max(options.SpareCircuits, _demand.Count), MaxSpareCircuits);
    }

    private CircuitBuild? TryBuild(CircuitRequest request)
    {
        if (!MayBuild)
        {
            return null;
        }

        PathResult result = Select(request);
        if (!result.IsFound && _avoid.Count > 0)
        {
            _avoid.Clear(); // better a relay that failed than none
            result = Select(request);
        }

        if (!result.IsFound)
        {
            if (result.Failure is PathFailure.NoGuard or PathFailure.OldConsensus)
            {
                _pace.OnNoGuard();
            }

            _waiters.OnNoPath(request, result, Now);
            return null;
        }

        var build = new CircuitBuild(result.Path!, ++_lastNumber);
        _builds.Add(build);
        build.Completion = Task.Run(() => RunAsync(build));
        return build;
    }

    private PathResult Select(CircuitRequest request) => planner.Select(new PathRequest
    {
        Length = _pathLength,
        Ports = [request.Port],
        NeedsStable = options.LongLivedPorts.Contains(request.Port.Port),
        Excluded = [.. _avoid],
    });

    private async Task RunAsync(CircuitBuild build)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token, build.Stop.Token);
        try
        {
            CongestionControlParameters congestion = CongestionControlParameters.FromConsensus(planner.View!.Consensus.Parameters);
            (OriginCircuit circuit, GuardVerdict verdict) = await buildCircuit(build.Path, congestion, either.Token);
            Add(new PooledCircuit(circuit, build.Path, Now), verdict, build);
        }
        catch (OperationCanceledException)
        {
            Remove(build);
        }
        catch (CircuitBuildException failure)
        {
            LogBuildFailed(log, failure.Message);
            Fail(build, failure);
        }
        catch (Exception failure)
        {
            LogFault(log, failure);
            Fail(build, new CircuitBuildException(build.Path.Hops[0], 1, failure.Message, failure));
        }
    }

    /// <summary>Takes up a circuit that is complete.</summary>
    /// <param name="circuit">The circuit, which the pool owns from here on.</param>
    /// <param name="verdict">What its guard is good for.</param>
    /// <param name="build">What it came of; null when it was not built here.</param>
    internal void Add(PooledCircuit circuit, GuardVerdict verdict, CircuitBuild? build)
    {
        List<Action> after = [];
        lock (_gate)
        {
            if (build is not null)
            {
                _builds.Remove(build);
            }

            if (_stop.IsCancellationRequested || build is { IsHopeless: true })
            {
                after.Add(circuit.Circuit.Close);
            }
            else
            {
                _avoid.Clear();
                _pace.OnBuilt();
                if (verdict == GuardVerdict.MaybeUsableLater)
                {
                    _waitingForGuard.Add(circuit); // a better guard may still answer: see UpgradeWaiting
                    return;
                }

                Serve(circuit, after);
            }

            Refill();
        }

        after.ForEach(step => step());
    }

    /// <summary>Adds a circuit and gives it to those who wait for one like it.</summary>
    /// <param name="circuit">The circuit.</param>
    /// <param name="after">Gets what is to be done outside the gate: to tell of it, and to let them go on.</param>
    private void Serve(PooledCircuit circuit, List<Action> after)
    {
        _circuits.Add(circuit);
        after.Add(() => OnBuilt?.Invoke(circuit));
        after.AddRange(_waiters.Serve(circuit, request => Use(circuit, request)).Select<CircuitWaiter, Action>(waiter => waiter.GoOn));
    }

    /// <summary>Takes into use the circuits of lesser guards once it is clear that no better one answers (guard-spec).</summary>
    /// <param name="after">Gets what is to be done outside the gate.</param>
    private void UpgradeWaiting(List<Action> after)
    {
        if (_waitingForGuard.Count == 0)
        {
            return;
        }

        var uses = _waitingForGuard.Concat(_circuits.All).Select(circuit => circuit.Path.GuardUse)
            .Concat(_builds.Select(build => build.Path.GuardUse))
            .OfType<GuardUse>()
            .ToList();
        IReadOnlyList<GuardUse> upgraded = planner.UpgradeWaiting(uses);
        foreach (PooledCircuit circuit in _waitingForGuard.ToArray())
        {
            if (upgraded.Contains(circuit.Path.GuardUse!))
            {
                _waitingForGuard.Remove(circuit);
                Serve(circuit, after);
            }
            else if (circuit.Circuit.HasEnded || planner.ShouldExpire(circuit.Path.GuardUse!))
            {
                _waitingForGuard.Remove(circuit);
                after.Add(circuit.Circuit.Close);
            }
        }
    }

    private void Remove(CircuitBuild build)
    {
        lock (_gate)
        {
            _builds.Remove(build);
            Refill();
        }
    }

    private void Fail(CircuitBuild build, CircuitBuildException failure)
    {
        lock (_gate)
        {
            _builds.Remove(build);
            if (failure.Hop > 1)
            {
                _avoid.Add(failure.Relay.RsaIdentity); // a guard that failed is the guard selector's business
            }

            _pace.OnFailed(build.Number, _lastNumber);
            _waiters.OnBuildFailed(build, _lastNumber, failure, Now);
            if (_waiters.Count > 0)
            {
                Refill();
            }
        }
    }

    /// <summary>A fault here must not end the process, as it would on a timer.</summary>
    private void MaintainSafely()
    {
        try
        {
            Maintain();
        }
        catch (Exception failure)
        {
            LogFault(log, failure);
        }
    }

    /// <summary>Once a second: closes what is too old, and fills the reserve.</summary>
    private void Maintain()
    {
        if (_jump.Look() is var jump && jump != TimeSpan.Zero)
        {
            LogClockJumped(log, jump.TotalSeconds);
            RetireAll(); // what was open may be dead, and nobody should be linked with what he did hours ago
        }

        List<Action> after = [];
        lock (_gate)
        {
            if (_stop.IsCancellationRequested)
            {
                return;
            }

            _pace.OnSecond();
            after.AddRange(_circuits.TakeWhere(IsOver).Select<PooledCircuit, Action>(circuit => circuit.Circuit.Close));
            UpgradeWaiting(after);
            Refill();
        }

        after.ForEach(step => step());
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Reason}")]
    private static partial void LogBuildFailed(ILogger log, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The clock has jumped by {Seconds:0} s: it was set, or the machine has slept. New streams get new circuits.")]
    private static partial void LogClockJumped(ILogger log, double seconds);

    [LoggerMessage(Level = LogLevel.Error, Message = "a fault while building a circuit; please report it")]
    private static partial void LogFault(ILogger log, Exception failure);
}
