namespace Tunic.Tor.Protocol.Paths;

/// <summary>Both clocks read at one moment.</summary>
/// <param name="Utc">Wall clock, UTC: for dates that outlive the process.</param>
/// <param name="Monotonic">Monotonic clock: for intervals within the process.</param>
public readonly record struct ClockReading(DateTime Utc, TimeSpan Monotonic)
{
    /// <summary>Both clocks after <paramref name="elapsed"/>.</summary>
    public ClockReading Add(TimeSpan elapsed) => new(Utc + elapsed, Monotonic + elapsed);
}
