using System.Net;
using Tunic.Node.Configuration.Torrc;
using Tunic.Tor.Client.Listeners;
using Tunic.Tor.Client.Listeners.Dns;
using Tunic.Tor.Client.Listeners.Http;
using Tunic.Tor.Client.Listeners.Isolation;
using Tunic.Tor.Client.Listeners.Socks;
using Tunic.Tor.Protocol.RelayMessages;
using Tunic.Tor.Protocol.Socks;
using Tunic.Tor.Protocol.Socks.Http;

namespace Tunic.Node.TorProgram;

/// <summary>What a torrc means for the ports of applications.</summary>
internal static class TorPorts
{
    internal static SocksListenerOptions CreateSocks(ClientPort port, TorrcClientOptions client, Func<ApplicationRules> rules) => new()
    {
        EndPoint = EndPointOf(port, "SocksPort"),
        OptionName = "SocksPort",
        Isolation = IsolationOf(port),
        RejectInternalAddresses = client.RejectInternalAddresses,
        Families = FamiliesOf(port),
        AllowNames = port.DnsRequests,
        AllowOnion = port.OnionTraffic,
        Rules = rules,
        ExtendedErrors = port.ExtendedErrors,
        Handshake = new SocksOptions
        {
            PreferNoAuthentication = port.PreferSocksNoAuthentication,
        },
    };

    /// <summary>CONNECT only, as stock.</summary>
    internal static HttpProxyListenerOptions CreateHttp(ClientPort port, TorrcClientOptions client, Func<ApplicationRules> rules) => new()
    {
        EndPoint = EndPointOf(port, "HTTPTunnelPort"),
        OptionName = "HTTPTunnelPort",
        Isolation = IsolationOf(port),
        RejectInternalAddresses = client.RejectInternalAddresses,
        Families = FamiliesOf(port),
        AllowNames = port.DnsRequests,
        AllowOnion = port.OnionTraffic,
        Rules = rules,
        Http = new HttpProxyOptions { ConnectOnly = true },
    };

    internal static DnsListenerOptions CreateDns(ClientPort port, TorrcClientOptions client, Func<ApplicationRules> rules) => new()
    {
        EndPoint = EndPointOf(port, "DNSPort"),
        OptionName = "DNSPort",
        Isolation = IsolationOf(port),
        RejectInternalAddresses = client.DnsRejectInternalAddresses,
        Families = FamiliesOf(port),
        AllowNames = port.DnsRequests,
        AllowOnion = port.OnionTraffic,
        Rules = rules,
    };

    internal static ApplicationRules CreateRules(TorrcClientOptions client) => new()
    {
        Clients = client.SocksPolicy,
        WarnedPorts = client.WarnPlaintextPorts,
        RejectedPorts = client.RejectPlaintextPorts,
        RejectsAddresses = client.SafeSocks,
        LogsEveryRequest = client.TestSocks,
    };

    private static IPEndPoint EndPointOf(ClientPort port, string optionName) => port.UnixPath is null
        ? new IPEndPoint(port.Address, port.Port)
        : throw TorrcException.Invalid($"{optionName} unix:{port.UnixPath} is not supported yet: give an address and a port.");

    private static IsolationOptions IsolationOf(ClientPort port) => new()
    {
        ClientAddress = port.Isolation.HasFlag(PortIsolation.ClientAddress),
        Credentials = port.Isolation.HasFlag(PortIsolation.SocksAuthentication),
        ClientProtocol = port.Isolation.HasFlag(PortIsolation.ClientProtocol),
        TargetHost = port.Isolation.HasFlag(PortIsolation.DestinationAddress),
        TargetPort = port.Isolation.HasFlag(PortIsolation.DestinationPort),
        SessionGroup = port.SessionGroup,
    };

    private static BeginFlags FamiliesOf(ClientPort port)
    {
        BeginFlags flags = BeginFlags.None;
        flags |= port.IPv6Traffic ? BeginFlags.IPv6Allowed : BeginFlags.None;
        flags |= port.IPv4Traffic ? BeginFlags.None : BeginFlags.IPv4NotAllowed;
        return flags | (port.PreferIPv6 ? BeginFlags.IPv6Preferred : BeginFlags.None);
    }
}
