using System.Net;

namespace Tunic.Node.Configuration.Torrc;

/// <summary>One SocksPort, HTTPTunnelPort or DNSPort line.</summary>
internal sealed record ClientPort
{
    internal IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>0 for auto: the system chooses.</summary>
    internal int Port { get; init; }

    /// <summary>Path of a unix socket, which then takes the place of address and port.</summary>
    internal string? UnixPath { get; init; }

    internal PortIsolation Isolation { get; init; } = PortIsolation.Default;

    /// <summary>Streams of ports with equal groups may share circuits; null keeps the port's streams to themselves.</summary>
    internal int? SessionGroup { get; init; }

    internal bool IPv4Traffic { get; init; } = true;

    internal bool IPv6Traffic { get; init; } = true;

    internal bool OnionTraffic { get; init; } = true;

    internal bool DnsRequests { get; init; } = true;

    internal bool PreferIPv6 { get; init; }

    /// <summary>Take the SOCKS method without a password even where the application offers one.</summary>
    internal bool PreferSocksNoAuthentication { get; init; }

    /// <summary>A circuit with SOCKS isolation stays in use beyond MaxCircuitDirtiness while streams keep coming.</summary>
    internal bool KeepAliveIsolateSocksAuthentication { get; init; }

    /// <summary>Answer failures with the extended SOCKS5 codes.</summary>
    internal bool ExtendedErrors { get; init; }

    internal bool GroupWritable { get; init; }

    internal bool WorldWritable { get; init; }
}
