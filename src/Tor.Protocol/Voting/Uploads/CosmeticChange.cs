using Tunic.Tor.Protocol.Documents.Descriptors;

namespace Tunic.Tor.Protocol.Voting.Uploads;

/// <summary>Whether a new descriptor says nothing new, so that the network is spared it (routerlist.c, router_differences_are_cosmetic).</summary>
public static class CosmeticChange
{
    private static readonly TimeSpan MaxAgeDifference = TimeSpan.FromHours(2);
    private const long AllowedUptimeDrift = 6 * 60 * 60;

    /// <summary>Whether the two differ only in what does not matter. Like stock tor it does not look at the ntor key.</summary>
    public static bool Is(RouterDescriptor one, RouterDescriptor other)
    {
        (RouterDescriptor older, RouterDescriptor newer) = one.Declaration.Published > other.Declaration.Published ? (other, one) : (one, other);
        RelayDeclaration a = older.Declaration;
        RelayDeclaration b = newer.Declaration;
        return HasSameAddress(a, b)
            && Equals(older.TapOnionKey, newer.TapOnionKey)
            && older.IdentityKey.Equals(newer.IdentityKey)
            && SameText(a.Platform ?? "", b.Platform ?? "")
            && SameText(a.Contact, b.Contact)
            && a.IsHibernating == b.IsHibernating
            && a.IsTunnelledDirectoryServer == b.IsTunnelledDirectoryServer
            && a.ExitPolicy.Rules.SequenceEqual(b.ExitPolicy.Rules)
            && a.Family.SequenceEqual(b.Family, StringComparer.OrdinalIgnoreCase)
            && HasSameBandwidth(a, b)
            && a.Published + MaxAgeDifference >= b.Published
            && HasGrownOlder(a, b);
    }

    private static bool HasSameAddress(RelayDeclaration a, RelayDeclaration b) =>
        a.Address.Equals(b.Address) && SameText(a.Nickname, b.Nickname) && a.OnionRouterPort == b.OnionRouterPort
        && a.DirectoryPort == b.DirectoryPort && Equals(a.IPv6Address, b.IPv6Address);

    private static bool HasSameBandwidth(RelayDeclaration a, RelayDeclaration b) =>
        a.BandwidthObserved >= b.BandwidthObserved / 2 && b.BandwidthObserved >= a.BandwidthObserved / 2
        && a.BandwidthRate == b.BandwidthRate && a.BandwidthBurst == b.BandwidthBurst;

    private static bool HasGrownOlder(RelayDeclaration a, RelayDeclaration b)
    {
        double before = a.UptimeSeconds ?? 0;
        double after = b.UptimeSeconds ?? 0;
        double difference = Math.Abs(after - (before + (b.Published - a.Published).TotalSeconds));
        return difference <= AllowedUptimeDrift || difference <= before * 0.05 || difference <= after * 0.05;
    }

    private static bool SameText(string? left, string? right) => string.Equals(left, right, StringComparison.OrdinalIgnoreCase);
}
