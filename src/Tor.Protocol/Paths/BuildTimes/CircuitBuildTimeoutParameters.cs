using Tunic.Tor.Protocol.Documents.Consensuses;

namespace Tunic.Tor.Protocol.Paths.BuildTimes;

/// <summary>The numbers of path-spec, "Learning when to give up on circuits", from the consensus where it has them. Defaults are stock's.</summary>
public sealed record CircuitBuildTimeoutParameters
{
    /// <summary>Learning is switched off for the whole network (<c>cbtdisabled</c>). Default false.</summary>
    public bool IsDisabled { get; init; }

    /// <summary>Most frequent bins that make up Xm (<c>cbtnummodes</c>), 1 to 20. Default 10.</summary>
    public int ModeCount { get; init; } = 10;

    /// <summary>Circuits watched for a change of the network (<c>cbtrecentcount</c>), 3 to 1000. Default 20.</summary>
    public int RecentCount { get; init; } = 20;

    /// <summary>So many timeouts among them mean that the network has changed (<c>cbtmaxtimeouts</c>), 3 to 10000. Default 18.</summary>
    public int MaxRecentTimeouts { get; init; } = 18;

    /// <summary>Build times needed before a timeout is computed (<c>cbtmincircs</c>), 1 to 10000. Default 100.</summary>
    public int MinCircuits { get; init; } = 100;

    /// <summary>Share of circuits that should be fast enough (<c>cbtquantile</c>), 0.10 to 0.99. Default 0.80.</summary>
    public double Quantile { get; init; } = 0.80;

    /// <summary>Share of circuits that should be measured to their end (<c>cbtclosequantile</c>), from <see cref="Quantile"/> to 0.99. Default 0.99.</summary>
    public double CloseQuantile { get; init; } = 0.99;

    /// <summary>Time between test circuits while too few build times are known (<c>cbttestfreq</c>). Default 10 seconds.</summary>
    public TimeSpan TestFrequency { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Lowest timeout (<c>cbtmintimeout</c>), at least 10 milliseconds. Default 10 milliseconds.</summary>
    public TimeSpan MinTimeout { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>Timeout before one is computed (<c>cbtinitialtimeout</c>), at least <see cref="MinTimeout"/>. Default 60 seconds.</summary>
    public TimeSpan InitialTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The parameters of a consensus, each clamped to its range.</summary>
    public static CircuitBuildTimeoutParameters From(Consensus consensus)
    {
        int Read(string name, int fallback, int minimum, int maximum) => ConsensusParameter.Read(consensus.Parameters, name, fallback, minimum, maximum);

        int quantile = Read("cbtquantile", 80, 10, 99);
        int minimum = Read("cbtmintimeout", 10, 10, int.MaxValue);
        return new CircuitBuildTimeoutParameters
        {
            IsDisabled = Read("cbtdisabled", 0, 0, 1) == 1,
            ModeCount = Read("cbtnummodes", 10, 1, 20),
            RecentCount = Read("cbtrecentcount", 20, 3, 1000),
            MaxRecentTimeouts = Read("cbtmaxtimeouts", 18, 3, 10_000),
            MinCircuits = Read("cbtmincircs", 100, 1, 10_000),
            Quantile = quantile / 100.0,
            CloseQuantile = Math.Max(quantile, Read("cbtclosequantile", 99, 10, 99)) / 100.0,
            TestFrequency = TimeSpan.FromSeconds(Read("cbttestfreq", 10, 1, int.MaxValue)),
            MinTimeout = TimeSpan.FromMilliseconds(minimum),
            InitialTimeout = TimeSpan.FromMilliseconds(Math.Max(minimum, Read("cbtinitialtimeout", 60_000, 10, int.MaxValue))),
        };
    }
}
