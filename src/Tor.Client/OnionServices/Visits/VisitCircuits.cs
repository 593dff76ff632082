using Microsoft.Extensions.Logging;
using Tunic.Primitives.Errors;
using Tunic.Tor.Network.Circuits;

namespace Tunic.Tor.Client.OnionServices.Visits;

/// <summary>The circuits that are joined to services, each for one isolation key, and the visits that are on their way.</summary>
/// <remarks>Thread safe: one gate guards the lists; nothing waits inside it, and no circuit is closed inside it.</remarks>
internal sealed partial class VisitCircuits : IAsyncDisposable
{
    private readonly Func<VisitKey, CancellationToken, Task<OriginCircuit>> _visit;
    private readonly Func<TimeSpan> _getMaxDirtiness;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly Lock _gate = new();
    private readonly Dictionary<VisitKey, (OriginCircuit Circuit, TimeSpan Since)> _joined = [];
    private readonly List<OriginCircuit> _retired = [];
    private readonly Dictionary<VisitKey, SharedVisit> _visits = [];
    private readonly HashSet<Task> _running = [];
    private readonly ITimer _upkeep;
    private bool _isStopped;

    /// <param name="visit">Reaches a service.</param>
    /// <param name="getMaxDirtiness">How long a circuit takes new streams.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">Where faults go.</param>
    internal VisitCircuits(Func<VisitKey, CancellationToken, Task<OriginCircuit>> visit, Func<TimeSpan> getMaxDirtiness, TimeProvider time, ILogger log)
    {
        (_visit, _getMaxDirtiness, _time, _log) = (visit, getMaxDirtiness, time, log);
        _upkeep = time.CreateTimer(_ => Maintain(), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
    }

    private TimeSpan Now => _time.GetElapsedTime(0);

    /// <summary>The circuit for a key: the one at hand, or a new one, for which all who ask meanwhile wait together.</summary>
    internal async Task<OriginCircuit> GetAsync(VisitKey key, CancellationToken cancel)
    {
        SharedVisit? visit;
        lock (_gate)
        {
            if (_isStopped)
            {
                throw ShuttingDown();
            }

            if (_joined.TryGetValue(key, out (OriginCircuit Circuit, TimeSpan Since) joined) && IsGood(joined))
            {
                return joined.Circuit;
            }

            if (!_visits.TryGetValue(key, out visit))
            {
                visit = Start(key);
            }

            visit.Waiting++;
        }

        try
        {
            return await visit.Result.WaitAsync(cancel);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw ShuttingDown();
        }
        finally
        {
            await LeaveAsync(key, visit);
        }
    }

    /// <summary>No new streams on this circuit.</summary>
    internal void Retire(VisitKey key, OriginCircuit circuit)
    {
        lock (_gate)
        {
            if (_joined.TryGetValue(key, out (OriginCircuit Circuit, TimeSpan) joined) && joined.Circuit == circuit)
            {
                _joined.Remove(key);
                _retired.Add(circuit);
            }
        }
    }

    /// <summary>No new streams on any circuit that is open now, or on its way (SIGNAL NEWNYM).</summary>
    internal void RetireAll()
    {
        lock (_gate)
        {
            _retired.AddRange(_joined.Values.Select(joined => joined.Circuit));
            _joined.Clear();
            _visits.Clear(); // those who wait get theirs; who comes later begins anew
        }
    }

    public async ValueTask DisposeAsync()
    {
        Task[] running;
        SharedVisit[] visits;
        lock (_gate)
        {
            _isStopped = true;
            running = [.. _running];
            visits = [.. _visits.Values];
        }

        await _upkeep.DisposeAsync();
        await Task.WhenAll(visits.Select(visit => visit.Stop.CancelAsync()));
        await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        RetireAll();
        _retired.ForEach(circuit => circuit.Close());
    }

    private static CircuitEndedException ShuttingDown() => new(ErrorKind.ShuttingDown, "the client is shutting down");

    private bool IsGood((OriginCircuit Circuit, TimeSpan Since) joined) => !joined.Circuit.HasEnded && Now - joined.Since < _getMaxDirtiness();

    /// <summary>Inside the gate.</summary>
    private SharedVisit Start(VisitKey key)
    {
        var visit = new SharedVisit();
        visit.Result = Task.Run(() => GoAsync(key, visit));
        _visits[key] = visit;
        _running.Add(visit.Result);
        return visit;
    }

    private async Task<OriginCircuit> GoAsync(VisitKey key, SharedVisit visit)
    {
        try
        {
            OriginCircuit circuit = await _visit(key, visit.Stop.Token);
            Keep(key, visit, circuit);
            return circuit;
        }
        finally
        {
            lock (_gate)
            {
                if (_visits.GetValueOrDefault(key) == visit)
                {
                    _visits.Remove(key);
                }

                _running.Remove(visit.Result);
            }
        }
    }

    private void Keep(VisitKey key, SharedVisit visit, OriginCircuit circuit)
    {
        lock (_gate)
        {
            if (_visits.GetValueOrDefault(key) != visit)
            {
                _retired.Add(circuit); // for those who wait already
                return;
            }

            if (_joined.Remove(key, out (OriginCircuit Circuit, TimeSpan) before))
            {
                _retired.Add(before.Circuit);
            }

            _joined.Add(key, (circuit, Now));
        }
    }

    private async Task LeaveAsync(VisitKey key, SharedVisit visit)
    {
        lock (_gate)
        {
            if (--visit.Waiting > 0 || visit.Result.IsCompleted)
            {
                return;
            }

            if (_visits.GetValueOrDefault(key) == visit)
            {
                _visits.Remove(key);
            }
        }

        await visit.Stop.CancelAsync();
    }

    /// <summary>Once a second: closes what takes no new streams and has none left.</summary>
    private void Maintain()
    {
        List<OriginCircuit> closing;
        lock (_gate)
        {
            foreach ((VisitKey key, (OriginCircuit Circuit, TimeSpan) joined) in _joined.Where(pair => !IsGood(pair.Value)).ToArray())
            {
                _joined.Remove(key);
                _retired.Add(joined.Circuit);
            }

            closing = _retired.FindAll(circuit => circuit.StreamCount == 0);
            _retired.RemoveAll(closing.Contains);
        }

        try
        {
            closing.ForEach(circuit => circuit.Close());
        }
        catch (Exception failure)
        {
            LogFault(_log, failure); // must not end the process, as it would on a timer
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "a fault while closing a circuit to an onion service; please report it")]
    private static partial void LogFault(ILogger log, Exception failure);
}
