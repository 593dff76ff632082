namespace Tunic.Tor.Relay.Descriptors;

/// <summary>What a relay has measured of itself when it writes a descriptor.</summary>
public sealed record RelayMeasurements
{
    /// <summary>Since the relay started.</summary>
    public TimeSpan Uptime { get; init; }

    /// <summary>Bytes per second it has shown to carry; 0 when not known. An idle relay with 0 gets no traffic.</summary>
    public int BandwidthObserved { get; init; }

    /// <summary>It has used up its traffic for now.</summary>
    public bool IsHibernating { get; init; }

    /// <summary>Complete lines for the extra-info document, each without its line feed.</summary>
    public IReadOnlyList<string> Statistics { get; init; } = [];
}
