using System.Net;
using Tunic.Node.Configuration.Torrc;

namespace Tunic.Tests.Node.Configuration.Torrc;

public sealed class TorrcPortTests
{
    [Fact]
    public void Without_a_line_there_is_a_socks_port_9050_and_no_other()
    {
        TorrcOptions options = TorrcText.Options("");

        ClientPort port = Assert.Single(options.Client.SocksPorts);
        Assert.Equal((IPAddress.Loopback, 9050, PortIsolation.Default), (port.Address, port.Port, port.Isolation));
        Assert.Empty(options.Client.DnsPorts.Concat(options.Client.HttpTunnelPorts));
        Assert.Empty(options.Relay.OrPorts.Concat(options.Relay.DirPorts));
        Assert.Empty(TorrcText.Options("SocksPort 0").Client.SocksPorts);
    }

    [Theory]
    [InlineData("9060", "127.0.0.1", 9060)]
    [InlineData("auto", "127.0.0.1", 0)]
    [InlineData("127.0.0.2:9060", "127.0.0.2", 9060)]
    [InlineData("localhost:9060", "127.0.0.1", 9060)]
    [InlineData("[::1]:9060", "::1", 9060)]
    [InlineData("127.0.0.2:auto", "127.0.0.2", 0)]
    public void A_port_is_a_number_or_auto_with_or_without_address(string value, string address, int port)
    {
        ClientPort read = Assert.Single(TorrcText.Options($"DNSPort {value}").Client.DnsPorts);

        Assert.Equal((IPAddress.Parse(address), port), (read.Address, read.Port));
    }

    [Fact]
    public void Flags_of_a_client_port_are_understood_in_any_case_and_negated_by_no()
    {
        ClientPort port = Assert.Single(TorrcText.Options(
            "SocksPort 1 isolateDestAddr IsolateDestPorts NoIsolateSOCKSAuth SessionGroup=7 NoIPv6Traffic PreferIPv6 NoDNSRequest NoOnionTraffic ExtendedErrors").Client.SocksPorts);

        Assert.Equal(PortIsolation.DestinationAddress | PortIsolation.DestinationPort | PortIsolation.ClientAddress, port.Isolation);
        Assert.Equal((7, true, false, true), (port.SessionGroup, port.IPv4Traffic, port.IPv6Traffic, port.PreferIPv6));
        Assert.Equal((false, false, true, true), (port.DnsRequests, port.OnionTraffic, port.ExtendedErrors, port.PreferSocksNoAuthentication));
    }

    [Fact]
    public void Onion_traffic_only_turns_everything_else_off()
    {
        ClientPort port = Assert.Single(TorrcText.Options("SocksPort 1 OnionTrafficOnly").Client.SocksPorts);

        Assert.Equal((false, false, false, true), (port.IPv4Traffic, port.IPv6Traffic, port.DnsRequests, port.OnionTraffic));
    }

    [Theory]
    [InlineData("unix:/run/x", "/run/x", false)]
    [InlineData("unix:/run/x GroupWritable", "/run/x", true)]
    [InlineData("unix:\"/run/a b\" GroupWritable", "/run/a b", true)]
    public void A_socks_port_may_be_a_unix_socket(string value, string path, bool groupWritable)
    {
        ClientPort port = Assert.Single(TorrcText.Options($"SocksPort {value}").Client.SocksPorts);

        Assert.Equal((path, groupWritable), (port.UnixPath, port.GroupWritable));
    }

    [Theory]
    [InlineData("SocksPort nonsense", "Couldn't parse address \"nonsense\" for SocksPort")]
    [InlineData("SocksPort 65536", "Couldn't parse address \"65536\" for SocksPort")]
    [InlineData("SocksPort 127.0.0.1", "SocksPort line has address but no port")]
    [InlineData("SocksPort 127.0.0.1:0", "SocksPort line has address but no port")]
    [InlineData("SocksPort unix:", "Invalid SocksPort line with unparsable address")]
    [InlineData("SocksPort 1 SessionGroup=x", "Invalid SocksPort option 'SessionGroup=x'")]
    [InlineData("SocksPort 1 SessionGroup=1 SessionGroup=2", "Multiple SessionGroup options on SocksPort")]
    [InlineData("SocksPort 1 NoIPv4Traffic NoIPv6Traffic NoOnionTraffic", "all of IPv4 and IPv6 and .onion disabled")]
    [InlineData("SocksPort 1 NoIPv4Traffic NoIPv6Traffic", "DNSRequest enabled, but IPv4 and IPv6 disabled")]
    [InlineData("SocksPort 1 GroupWritable", "not a unix socket")]
    [InlineData("SocksPort 1 NoIsolateSOCKSAuth KeepAliveIsolateSOCKSAuth", "both NoIsolateSOCKSAuth and KeepAliveIsolateSOCKSAuth")]
    [InlineData("DNSPort unix:/x", "DNSPort does not support unix sockets")]
    [InlineData("DNSPort 1 NoDNSRequest", "DNS disabled")]
    [InlineData("SocksPort 0\nSocksPort 1", "nonzero SocksPort along with 'SocksPort 0'")]
    [InlineData("ORPort x", "Couldn't parse address \"x\" for ORPort")]
    [InlineData("ORPort 1 NoListen NoAdvertise", "both NoListen and NoAdvertise")]
    [InlineData("ORPort 1 IPv4Only IPv6Only", "both IPv4Only and IPv6Only")]
    [InlineData("ORPort [::1]:1 IPv4Only", "Could not interpret ORPort address as IPv4")]
    [InlineData("ORPort unix:/x", "ORPort does not support unix sockets")]
    public void A_port_line_that_makes_no_sense_is_refused(string text, string fault)
    {
        string message = TorrcText.Fault(text);

        Assert.StartsWith($"Failed to parse/validate config: Invalid {text.Split(' ')[0]} configuration: ", message, StringComparison.Ordinal);
        Assert.Contains(fault, message, StringComparison.Ordinal);
    }

    [Fact]
    public void Unknown_flags_and_open_proxies_are_warned_about()
    {
        TorrcSettings settings = TorrcText.Settings("SocksPort 0.0.0.0:1 Fancy");
        TorrcOptionsReader.Read(settings);

        Assert.Equal("Unrecognized SocksPort option 'Fancy' (torrc, line 1)", settings.Warnings[0]);
        Assert.Contains("open proxy", settings.Warnings[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Flags_of_a_server_port_are_understood()
    {
        IReadOnlyList<ServerPort> ports = TorrcText.Options("ORPort 1.2.3.4:1 NoListen\nORPort 2 NoAdvertise IPv4Only\nORPort [::]:auto").Relay.OrPorts;

        Assert.Equal(
            [new ServerPort(IPAddress.Parse("1.2.3.4"), 1) { NoListen = true }, new ServerPort(null, 2) { NoAdvertise = true, IPv4Only = true }, new ServerPort(IPAddress.IPv6Any, 0)],
            ports);
    }
}
