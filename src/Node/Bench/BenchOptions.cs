namespace Tunic.Node.Bench;

/// <summary>How long and how often to measure.</summary>
internal sealed record BenchOptions
{
    /// <summary>Rounds; each measures every network once, in turn. 1 to 20, default 3.</summary>
    public int Rounds { get; init; } = 3;

    /// <summary>The networks to measure, of <see cref="BenchSubject.Keys"/>; none measures all three.</summary>
    public IReadOnlyCollection<string> Only { get; init; } = [];

    /// <summary>Megabytes of one bulk transfer. Default 150.</summary>
    public int Megabytes { get; init; } = 150;

    /// <summary>New circuits of one round. Default 200, 16 at a time.</summary>
    public int Circuits { get; init; } = 200;

    /// <summary>Streams of 100 KB at once. Default 500.</summary>
    public int Streams { get; init; } = 500;

    /// <summary>Requests that measure the first byte of a warm circuit. Default 200.</summary>
    public int Requests { get; init; } = 200;
}
