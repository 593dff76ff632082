using Tunic.Tor.Network;

namespace Tunic.Tor.Client.Circuits;

/// <summary>Somebody who waits for a circuit. Guarded by the pool's gate.</summary>
internal sealed class CircuitWaiter(CircuitRequest request, TimeSpan since)
{
    private readonly TaskCompletionSource<PooledCircuit> _result = new(); // set outside the gate, or on the pool
    private PooledCircuit? _circuit;

    internal CircuitRequest Request => request;

    /// <summary>When it began to wait, monotonic.</summary>
    internal TimeSpan Since => since;

    internal Task<PooledCircuit> Result => _result.Task;

    internal int Failures { get; set; }

    /// <summary>The last build that had been started when a failure was counted.</summary>
    internal long LastCounted { get; set; }

    /// <summary>Decides. Inside the gate; then <see cref="GoOn"/> outside it.</summary>
    internal void Serve(PooledCircuit circuit) => _circuit = circuit;

    /// <summary>Lets the request go on, here.</summary>
    internal void GoOn() => _result.TrySetResult(_circuit!);

    /// <summary>Lets the request fail, on the thread pool.</summary>
    internal void Fail(Exception failure) => _result.FailElsewhere(failure);
}
