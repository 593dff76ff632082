namespace Tunic.Node.Bench;

/// <summary>How long and how often <c>tunic bench onion</c> measures.</summary>
internal sealed record OnionBenchOptions
{
    /// <summary>Rounds; each measures every network once, in turn. 1 to 20, default 3.</summary>
    public int Rounds { get; init; } = 3;

    /// <summary>The networks to measure, of <see cref="BenchSubject.Keys"/>; none measures all three.</summary>
    public IReadOnlyCollection<string> Only { get; init; } = [];

    /// <summary>Megabytes of one bulk transfer. Default 50.</summary>
    public int Megabytes { get; init; } = 50;

    /// <summary>Visits of one round, each by a new visitor; a fifth as many more by a known one. Default 1,000.</summary>
    public int Visits { get; init; } = 1000;

    /// <summary>Services that a controller adds, one after the other, in one round. Default 5.</summary>
    public int AddedServices { get; init; } = 5;
}
