using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Documents.Descriptors;

namespace Tunic.Tor.Protocol.Voting.Flags;

/// <summary>All that an authority knows of one relay when it votes.</summary>
public sealed record KnownRelay
{
    private const int MaxBelievableBandwidth = 10_000_000;

    /// <summary>Its newest descriptor.</summary>
    public required RouterDescriptor Descriptor { get; init; }

    /// <summary>What the operator says of it.</summary>
    public RelayStanding Standing { get; init; }

    /// <summary>When it was last reached over IPv4, UTC; null for never.</summary>
    public DateTime? LastReachable { get; init; }

    /// <summary>When it was last reached over IPv6, UTC; null for never.</summary>
    public DateTime? LastReachableIPv6 { get; init; }

    /// <summary>It is the authority itself.</summary>
    public bool IsSelf { get; init; }

    /// <summary>It is one of the network's authorities.</summary>
    public bool IsAuthority { get; init; }

    /// <summary>Measured bandwidth in kilobytes per second; null when not measured.</summary>
    public long? MeasuredBandwidth { get; init; }

    /// <summary>Its fingerprint.</summary>
    public RsaIdentity Identity => Descriptor.Identity;

    /// <summary>The smaller of rate and observed bandwidth, in bytes per second.</summary>
    public int UncappedBandwidth => Math.Min(Descriptor.Declaration.BandwidthRate, Descriptor.Declaration.BandwidthObserved);

    /// <summary>The same, but at most 10 MB/s.</summary>
    public int AdvertisedBandwidth => Math.Min(UncappedBandwidth, MaxBelievableBandwidth);

    /// <summary>Uptime in seconds as it declares, carried forward to now.</summary>
    public long DeclaredUptime(DateTime now)
    {
        long declared = Descriptor.Declaration.UptimeSeconds ?? 0;
        TimeSpan since = now - Descriptor.Declaration.Published;
        return since < TimeSpan.Zero || declared > int.MaxValue ? declared : declared + (long)since.TotalSeconds;
    }
}
