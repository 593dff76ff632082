namespace Tunic.Tor.Client.Circuits;

/// <summary>Keeps a client whose builds fail at once from trying a thousand times a second: some failures in a row, then a pause until the next second.</summary>
/// <remarks>Guarded by the pool's gate.</remarks>
internal sealed class CircuitBuildPace
{
    /// <summary>Failures before the pause. A client of three guards, two of which have just died, finds the third without one.</summary>
    internal const int MaxFailures = 3;

    private int _failures;
    private long _lastCounted;

    /// <summary>Whether builds may start now.</summary>
    internal bool Allows => _failures < MaxFailures;

    /// <summary>A circuit was built: the network is there.</summary>
    internal void OnBuilt() => _failures = 0;

    /// <summary>A second is over.</summary>
    internal void OnSecond() => _failures = 0;

    /// <summary>There is no guard to try.</summary>
    internal void OnNoGuard() => _failures = MaxFailures;

    /// <summary>A build has failed. Those that ran at the same time fail for the same reason: together they are one failure.</summary>
    /// <param name="number">The build's number.</param>
    /// <param name="lastNumber">The number of the last build that has been started by now.</param>
    internal void OnFailed(long number, long lastNumber)
    {
        if (number > _lastCounted)
        {
            _lastCounted = lastNumber;
            _failures++;
        }
    }
}
