namespace Tunic.Tests.Simulation;

/// <summary>The system's clock and timers, with another date: for rules that depend on the hour of the day, and for clocks that are wrong.</summary>
internal sealed class ShiftedTime : TimeProvider
{
    private readonly TimeSpan _shift;

    private ShiftedTime(TimeSpan shift) => _shift = shift;

    public static ShiftedTime By(TimeSpan shift) => new(shift);

    public static ShiftedTime StartingAt(DateTime start) => new(start - DateTime.UtcNow);

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + _shift;
}
