namespace Tunic.Tests.Interop.Support;

/// <summary>Shape of one stock network. The defaults are the smallest that a stock client likes.</summary>
public sealed record StockTorOptions
{
    /// <summary>0 where the authorities are others' (<see cref="ForeignAuthorities"/>).</summary>
    public int Authorities { get; init; } = 1;

    public int Relays { get; init; } = 4;

    public int Exits { get; init; } = 2;

    public int Clients { get; init; } = 1;

    /// <summary>Complete DirAuthority lines of authorities that this network does not start, without the option name.</summary>
    public IReadOnlyList<string> ForeignAuthorities { get; init; } = [];

    /// <summary>Where relays of this network are given their weight, when foreign authorities vote; null for a file of its own.</summary>
    public MeasuredBandwidths? Bandwidths { get; init; }

    /// <summary>The Vanilla scheduler sends at once; the default one waits for 10 ms ticks.</summary>
    public bool VanillaScheduler { get; init; } = true;

    /// <summary>Time between two consensuses once there is a first one. Stock takes no less than 10 s in a test network.</summary>
    public TimeSpan VotingInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Writes an info-level log beside the notices; costs some start time.</summary>
    public bool InfoLog { get; init; }

    /// <summary>Name servers ("127.0.0.1:5353") of the exits; none by default, so that no test asks the machine's.</summary>
    public IReadOnlyList<string> NameServers { get; init; } = [];

    public IReadOnlyList<string> CommonLines { get; init; } = [];

    public IReadOnlyList<string> AuthorityLines { get; init; } = [];

    /// <summary>For relays and exits.</summary>
    public IReadOnlyList<string> RelayLines { get; init; } = [];

    public IReadOnlyList<string> ExitLines { get; init; } = [];

    public IReadOnlyList<string> ClientLines { get; init; } = [];

    internal IReadOnlyList<string> LinesFor(StockTorRole role) => role switch
    {
        StockTorRole.Authority => AuthorityLines,
        StockTorRole.Relay => RelayLines,
        StockTorRole.Exit => [.. RelayLines, .. ExitLines],
        _ => ClientLines,
    };
}
