using System.Globalization;
using System.Net;

namespace Tunic.Node.Configuration.Torrc;

/// <summary>Reads the lines of one kind of client port, with stock's flags and its complaints.</summary>
/// <param name="settings">Where the lines are and warnings go.</param>
/// <param name="option">Name of the option, SocksPort for example.</param>
/// <param name="portName">Stock's name for it in messages: "Socks", "HTTP Tunnel", "DNS".</param>
internal sealed class ClientPortReader(TorrcSettings settings, string option, string portName)
{
    private const string DnsPort = "DNSPort";

    /// <param name="defaultPort">Port on 127.0.0.1 when no line says anything; 0 for none.</param>
    /// <exception cref="TorrcException">A line makes no sense.</exception>
    internal IReadOnlyList<ClientPort> Read(int defaultPort)
    {
        if (!settings.IsSet(option))
        {
            return defaultPort == 0 ? [] : [new ClientPort { Port = defaultPort }];
        }

        var ports = new List<ClientPort>();
        bool off = false;
        foreach (TorrcLine line in settings.Lines(option))
        {
            PortAddress where = PortAddress.Read(line.Value, portName, out IReadOnlyList<string> flags, out string fault) ?? throw Invalid(fault, line);
            var port = new ClientPort { Address = where.Address ?? IPAddress.Loopback, Port = where.Port, UnixPath = where.UnixPath };
            foreach (string flag in flags)
            {
                port = Apply(port, flag, line);
            }

            Check(port, line);
            off |= where.IsOff;
            if (!where.IsOff)
            {
                ports.Add(port.Isolation.HasFlag(PortIsolation.SocksAuthentication) ? port : port with { PreferSocksNoAuthentication = true });
            }
        }

        return off && ports.Count > 0
            ? throw Invalid($"You specified a nonzero {portName}Port along with '{portName}Port 0' in the same configuration.", settings.Lines(option)[^1])
            : ports;
    }

    private ClientPort Apply(ClientPort port, string flag, TorrcLine line)
    {
        if (flag.StartsWith("SessionGroup=", StringComparison.OrdinalIgnoreCase))
        {
            bool read = int.TryParse(flag["SessionGroup=".Length..], NumberStyles.None, CultureInfo.InvariantCulture, out int group);
            return !read ? throw Invalid($"Invalid {portName}Port option '{flag}'", line)
                : port.SessionGroup is not null ? throw Invalid($"Multiple SessionGroup options on {portName}Port", line)
                : port with { SessionGroup = group };
        }

        bool yes = !flag.StartsWith("No", StringComparison.OrdinalIgnoreCase);
        string name = (yes ? flag : flag[2..]).ToUpperInvariant();
        if (ApplyTraffic(port, name, yes) is { } changed)
        {
            return changed;
        }

        return Isolation(name.TrimEnd('S')) is { } isolation
            ? port with { Isolation = yes ? port.Isolation | isolation : port.Isolation & ~isolation }
            : Unrecognized(port, flag, line);
    }

    private static ClientPort? ApplyTraffic(ClientPort port, string name, bool yes) => name switch
    {
        "IPV4TRAFFIC" => port with { IPv4Traffic = yes },
        "IPV6TRAFFIC" => port with { IPv6Traffic = yes },
        "PREFERIPV6" => port with { PreferIPv6 = yes },
        "DNSREQUEST" => port with { DnsRequests = yes },
        "ONIONTRAFFIC" => port with { OnionTraffic = yes },
        "ONIONTRAFFICONLY" when yes => port with { IPv4Traffic = false, IPv6Traffic = false, DnsRequests = false },
        "PREFERSOCKSNOAUTH" => port with { PreferSocksNoAuthentication = yes },
        "KEEPALIVEISOLATESOCKSAUTH" => port with { KeepAliveIsolateSocksAuthentication = yes },
        "EXTENDEDERRORS" => port with { ExtendedErrors = yes },
        "GROUPWRITABLE" => port with { GroupWritable = yes },
        "WORLDWRITABLE" => port with { WorldWritable = yes },
        // Client-side DNS caches link a user's visits; there is none here to be turned on, and off is what they are.
        "CACHEIPV4DNS" or "CACHEIPV6DNS" or "CACHEDNS" or "USEIPV4CACHE" or "USEIPV6CACHE" or "USEDNSCACHE" when !yes => port,
        "PREFERIPV6AUTOMAP" or "RELAXDIRMODECHECK" => port,
        _ => null,
    };

    private static PortIsolation? Isolation(string name) => name switch
    {
        "ISOLATEDESTPORT" => PortIsolation.DestinationPort,
        "ISOLATEDESTADDR" => PortIsolation.DestinationAddress,
        "ISOLATESOCKSAUTH" => PortIsolation.SocksAuthentication,
        "ISOLATECLIENTPROTOCOL" => PortIsolation.ClientProtocol,
        "ISOLATECLIENTADDR" => PortIsolation.ClientAddress,
        _ => null,
    };

    private ClientPort Unrecognized(ClientPort port, string flag, TorrcLine line)
    {
        settings.Warn($"Unrecognized {portName}Port option '{flag}'", line);
        return port;
    }

    private void Check(ClientPort port, TorrcLine line)
    {
        bool dns = option == DnsPort;
        string? fault = port switch
        {
            { DnsRequests: false } when dns => $"You have a {portName}Port entry with DNS disabled; that won't work.",
            { IPv4Traffic: false, IPv6Traffic: false, OnionTraffic: false } when !dns =>
                $"You have a {portName}Port entry with all of IPv4 and IPv6 and .onion disabled; that won't work.",
            { DnsRequests: true, IPv4Traffic: false, IPv6Traffic: false } when !dns =>
                $"You have a {portName}Port entry with DNSRequest enabled, but IPv4 and IPv6 disabled; DNS-based sites won't work.",
            { UnixPath: null, GroupWritable: true } or { UnixPath: null, WorldWritable: true } =>
                $"You have a {portName}Port entry with GroupWritable, WorldWritable, or RelaxDirModeCheck, but it is not a unix socket.",
            { UnixPath: not null } when dns => $"{portName}Port does not support unix sockets",
            { KeepAliveIsolateSocksAuthentication: true } when !port.Isolation.HasFlag(PortIsolation.SocksAuthentication) =>
                $"You have a {portName}Port entry with both NoIsolateSOCKSAuth and KeepAliveIsolateSOCKSAuth set.",
            _ => null,
        };
        if (fault is not null)
        {
            throw Invalid(fault, line);
        }

        if (port.KeepAliveIsolateSocksAuthentication)
        {
            settings.Warn($"KeepAliveIsolateSOCKSAuth of {portName}Port is not supported yet and is ignored.", line);
        }

        if (port.UnixPath is null && !IPAddress.IsLoopback(port.Address))
        {
            settings.Warn($"You specified a public address '{port.Address}' for {portName}Port. Other people might find your computer and use it as an open proxy.", line);
        }
    }

    private TorrcException Invalid(string fault, TorrcLine line) => TorrcException.Invalid($"Invalid {option} configuration: {fault}", line);
}
