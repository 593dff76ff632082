using Tunic.Primitives.Errors;
using Tunic.Tor.Network.Circuits;
using Tunic.Tor.Protocol.Paths;

namespace Tunic.Tor.Client.Circuits;

/// <summary>Those who wait for a circuit, in the order in which they came, and how long they are patient.</summary>
/// <remarks>Guarded by the pool's gate.</remarks>
internal sealed class CircuitWaiters
{
    /// <summary>Failures in a row after which a request gives up, when <see cref="Patience"/> is over too.</summary>
    internal const int MaxFailures = 10;

    /// <summary>No request gives up before: a guard that has died may come back, or the next consensus name others.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private readonly List<CircuitWaiter> _waiting = [];

    /// <summary>How many wait.</summary>
    internal int Count => _waiting.Count;

    /// <summary>All of them; not while others are added or removed.</summary>
    internal IReadOnlyList<CircuitWaiter> All => _waiting;

    internal CircuitWaiter Add(CircuitRequest request, TimeSpan now)
    {
        var waiter = new CircuitWaiter(request, now);
        _waiting.Add(waiter);
        return waiter;
    }

    internal void Remove(CircuitWaiter waiter) => _waiting.Remove(waiter);

    /// <summary>Gives a circuit to those whom it fits.</summary>
    /// <param name="circuit">The circuit.</param>
    /// <param name="use">Makes the circuit the request's, before the next is asked whether it fits.</param>
    /// <returns>They; to go on outside the gate.</returns>
    internal List<CircuitWaiter> Serve(PooledCircuit circuit, Action<CircuitRequest> use)
    {
        var served = new List<CircuitWaiter>();
        foreach (CircuitWaiter waiter in _waiting)
        {
            if (circuit.Fits(waiter.Request))
            {
                waiter.Serve(circuit);
                use(waiter.Request);
                served.Add(waiter);
            }
        }

        served.ForEach(waiter => _waiting.Remove(waiter));
        return served;
    }

    /// <summary>A build has failed. Those that ran at the same time fail for the same reason: together they are one failure.</summary>
    /// <param name="build">The build.</param>
    /// <param name="lastNumber">The last build that has been started by now.</param>
    /// <param name="failure">Why it failed.</param>
    /// <param name="now">The time.</param>
    internal void OnBuildFailed(CircuitBuild build, long lastNumber, CircuitBuildException failure, TimeSpan now)
    {
        foreach (CircuitWaiter waiter in _waiting.ToArray())
        {
            if (build.Fits(waiter.Request) && build.Number > waiter.LastCounted)
            {
                waiter.LastCounted = lastNumber;
                OnFailure(waiter, failure, now);
            }
        }
    }

    /// <summary>There is no path for such a request. For want of a guard or a consensus all may wait; what no relay offers is told at once.</summary>
    internal void OnNoPath(CircuitRequest request, PathResult result, TimeSpan now)
    {
        (ErrorKind kind, string why) = result.Failure switch
        {
            PathFailure.NoExit => (ErrorKind.RemoteRefused, $"no usable exit takes port {request.Port.Port}"), // the exits' will, not a lack of network
            PathFailure.NoGuard => (ErrorKind.NotReady, "no guard can be reached"),
            PathFailure.OldConsensus => (ErrorKind.NotReady, "the consensus is too old, and no directory has a newer one"),
            _ => (ErrorKind.NotReady, $"no relay fits as hop {result.Hop}"),
        };
        var failure = new CircuitEndedException(kind, $"no circuit: {why}");
        bool isForAll = result.Failure is PathFailure.NoGuard or PathFailure.OldConsensus; // the next one would have to hear the same
        foreach (CircuitWaiter waiter in _waiting.Where(waiter => isForAll || waiter.Request == request).ToArray())
        {
            if (isForAll)
            {
                OnFailure(waiter, failure, now);
            }
            else
            {
                Fail(waiter, failure);
            }
        }
    }

    /// <summary>Nobody gets a circuit any more.</summary>
    internal void FailAll(Exception failure)
    {
        foreach (CircuitWaiter waiter in _waiting.ToArray())
        {
            Fail(waiter, failure);
        }
    }

    private void OnFailure(CircuitWaiter waiter, Exception failure, TimeSpan now)
    {
        if (++waiter.Failures >= MaxFailures && now - waiter.Since >= Patience)
        {
            Fail(waiter, failure);
        }
    }

    private void Fail(CircuitWaiter waiter, Exception failure)
    {
        waiter.Fail(failure);
        _waiting.Remove(waiter);
    }
}
