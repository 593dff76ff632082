namespace Tunic.Node.Configuration.Torrc;

/// <summary>Which network this is, and how one reaches it.</summary>
internal sealed record TorrcNetworkOptions
{
    internal required bool IsTestingNetwork { get; init; }

    /// <summary>Empty: the built-in ones of the public network.</summary>
    internal required IReadOnlyList<DirAuthorityLine> Authorities { get; init; }

    internal required IReadOnlyList<FallbackDirLine> Fallbacks { get; init; }

    internal required bool UseDefaultFallbacks { get; init; }

    internal required double DirAuthorityFallbackRate { get; init; }

    internal required bool DirAllowPrivateAddresses { get; init; }

    internal required bool ExtendAllowPrivateAddresses { get; init; }

    internal required bool UseIPv4 { get; init; }

    internal required bool UseIPv6 { get; init; }

    /// <summary>Null for auto.</summary>
    internal required bool? PreferIPv6OrPort { get; init; }

    /// <summary>Padding of channels; null for auto: where both ends agree.</summary>
    internal required bool? ConnectionPadding { get; init; }

    internal required bool ReducedConnectionPadding { get; init; }

    internal required TimeSpan KeepalivePeriod { get; init; }

    /// <summary>Bytes per second and bytes at once, for everything together.</summary>
    internal required long BandwidthRate { get; init; }

    internal required long BandwidthBurst { get; init; }

    /// <summary>Traffic to private addresses counts too.</summary>
    internal required bool CountPrivateBandwidth { get; init; }
}
