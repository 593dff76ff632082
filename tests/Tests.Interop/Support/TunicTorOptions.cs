namespace Tunic.Tests.Interop.Support;

/// <summary>Shape of one network of our programs.</summary>
public sealed record TunicTorOptions
{
    /// <summary>0 where the authorities are stock's (<see cref="ForeignAuthorities"/>).</summary>
    public int Authorities { get; init; } = 1;

    public int Relays { get; init; }

    public int Exits { get; init; }

    public int Clients { get; init; }

    /// <summary>Lines of exits besides those that every relay has.</summary>
    public IReadOnlyList<string> ExitLines { get; init; } = ["SocksPort 0", "ExitPolicy accept *:*"];

    /// <summary>Further lines of authorities, before those that every one has.</summary>
    public IReadOnlyList<string> AuthorityLines { get; init; } = [];

    /// <summary>Complete DirAuthority lines of authorities that this network does not start, without the option name.</summary>
    public IReadOnlyList<string> ForeignAuthorities { get; init; } = [];

    /// <summary>Where relays are given their weight, when foreign authorities vote; null for a file of its own.</summary>
    public MeasuredBandwidths? Bandwidths { get; init; }
}
