using Microsoft.Extensions.Logging;
using Tunic.Primitives.Errors;
using Tunic.Tor.Client.Circuits;
using Tunic.Tor.Protocol.Paths;

namespace Tunic.Tor.Client.OnionServices.Circuits;

/// <summary>Circuits through vanguards that are kept ready while onion services are used, so that a visit need not wait for them.</summary>
/// <remarks>Thread safe: one gate guards the list; nothing waits inside it, and no circuit is closed inside it.</remarks>
internal sealed partial class SpareCircuits(
    Func<CancellationToken, Task<InternalCircuit>> build, Func<TimeSpan> getUnusedLifetime, TimeProvider time, ILogger log) : IAsyncDisposable
{
    /// <summary>As many as stock keeps (circuituse.c, SUFFICIENT_INTERNAL_HS_CLIENTS).</summary>
    private const int FewestSpares = 3;

    private const int MostSpares = 14;

    /// <summary>Requests within this time decide how many are kept.</summary>
    private static readonly TimeSpan DemandWindow = TimeSpan.FromSeconds(10);

    /// <summary>So long after the last request they are kept ready (predict_ports.c).</summary>
    private static readonly TimeSpan Relevance = TimeSpan.FromHours(1);

    private readonly Lock _gate = new();
    private readonly List<InternalCircuit> _ready = [];
    private readonly HashSet<SpareBuild> _builds = [];
    private readonly Queue<TimeSpan> _demand = new();
    private readonly ClockJump _jump = new(time);
    private readonly CancellationTokenSource _stop = new(); // holds no timer, so it needs no dispose
    private TimeSpan? _lastDemand;
    private ITimer? _upkeep;
    private long _generation;

    /// <summary>How many are ready.</summary>
    internal int Count
    {
        get
        {
            lock (_gate)
            {
                return _ready.Count;
            }
        }
    }

    private TimeSpan Now => time.GetElapsedTime(0);

    /// <summary>Takes one that fits; null when there is none. Has others built either way.</summary>
    internal InternalCircuit? TryTake(Predicate<InternalCircuit> fits)
    {
        lock (_gate)
        {
            _lastDemand = Now;
            _demand.Enqueue(Now);
            int index = _ready.FindIndex(spare => !spare.Circuit.HasEnded && fits(spare));
            InternalCircuit? found = index < 0 ? null : _ready[index];
            if (found is not null)
            {
                _ready.RemoveAt(index);
            }

            Refill();
            return found;
        }
    }

    /// <summary>Closes those that are ready, and those that are being built once they are.</summary>
    internal void RetireAll() => Retire(_ => true, isForAll: true);

    /// <summary>Closes those through these relays.</summary>
    internal void Avoid(Predicate<Relay> isDown) => Retire(spare => spare.Path.Hops.Any(isDown.Invoke), isForAll: false);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        Task[] building;
        lock (_gate)
        {
            building = [.. _builds.Select(own => own.Completion)];
        }

        if (_upkeep is not null)
        {
            await _upkeep.DisposeAsync();
        }

        await Task.WhenAll(building).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        RetireAll();
    }

    private void Retire(Predicate<InternalCircuit> isOfNoUse, bool isForAll)
    {
        InternalCircuit[] closing;
        lock (_gate)
        {
            _generation += isForAll ? 1 : 0;
            closing = [.. _ready.Where(isOfNoUse.Invoke)];
            _ready.RemoveAll(isOfNoUse);
        }

        Close(closing);
    }

    /// <summary>Begins to build what is missing. Inside the gate.</summary>
    private void Refill()
    {
        while (_demand.TryPeek(out TimeSpan oldest) && Now - oldest > DemandWindow)
        {
            _demand.Dequeue();
        }

        if (_stop.IsCancellationRequested || _lastDemand is not { } last || Now - last > Relevance)
        {
            return;
        }

        _upkeep ??= time.CreateTimer(_ => Maintain(), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        int wanted = Math.Clamp(_demand.Count, FewestSpares, MostSpares);
        while (_ready.Count + _builds.Count < wanted)
        {
            long generation = _generation;
            var own = new SpareBuild();
            _builds.Add(own);
            own.Completion = Task.Run(() => BuildAsync(own, generation));
        }
    }

    /// <summary>When it fails the next one is begun by the timer, so that failures come at most once a second.</summary>
    private async Task BuildAsync(SpareBuild own, long generation)
    {
        InternalCircuit? built = null;
        try
        {
            built = await build(_stop.Token);
        }
        catch (Exception failure) when (failure is TunicException or OperationCanceledException)
        {
            LogFailed(log, failure.Message);
        }
        catch (Exception failure)
        {
            LogFault(log, failure);
        }

        lock (_gate)
        {
            _builds.Remove(own);
            if (built is not null && generation == _generation && !_stop.IsCancellationRequested)
            {
                _ready.Add(built);
                return;
            }
        }

        built?.Circuit.Close();
    }

    /// <summary>Once a second: closes what is too old, and builds what is missing.</summary>
    private void Maintain()
    {
        if (_jump.Look() != TimeSpan.Zero)
        {
            RetireAll(); // what was open may be dead
        }

        InternalCircuit[] closing;
        lock (_gate)
        {
            TimeSpan lifetime = getUnusedLifetime();
            closing = [.. _ready.Where(spare => spare.Circuit.HasEnded || Now - spare.BuiltAt > lifetime)];
            _ready.RemoveAll(closing.Contains);
            Refill();
        }

        Close(closing);
    }

    private static void Close(InternalCircuit[] closing) => Array.ForEach(closing, spare => spare.Circuit.Close());

    private sealed class SpareBuild
    {
        public Task Completion { get; set; } = Task.CompletedTask;
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "a spare circuit for onion services was not built: {Why}")]
    private static partial void LogFailed(ILogger log, string why);

    [LoggerMessage(Level = LogLevel.Error, Message = "a fault while building a circuit for onion services; please report it")]
    private static partial void LogFault(ILogger log, Exception failure);
}
