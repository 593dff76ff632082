namespace Tunic.Tor.Protocol.Socks.Http;

/// <summary>The <c>Tor-Family-Preference</c> header (proposal 365).</summary>
public enum HttpFamilyPreference
{
    /// <summary>No header.</summary>
    None,

    /// <summary>"ipv4-preferred".</summary>
    IPv4Preferred,

    /// <summary>"ipv6-preferred".</summary>
    IPv6Preferred,

    /// <summary>"ipv4-only".</summary>
    IPv4Only,

    /// <summary>"ipv6-only".</summary>
    IPv6Only,
}
