using System.Net;
using Tunic.Tor.Protocol.Links;
using Tunic.Tor.Relay.SelfTests;

namespace Tunic.Tests.TorRelay.SelfTests;

public sealed class PortReachabilityTests
{
    private static readonly IPEndPoint IPv4 = IPEndPoint.Parse("198.51.100.7:9001");
    private static readonly IPEndPoint IPv6 = IPEndPoint.Parse("[2001:db8::7]:9001");
    private static readonly IPAddress Stranger = IPAddress.Parse("203.0.113.5");

    [Fact]
    public void Each_port_is_reached_once_by_a_circuit_of_its_family()
    {
        var ports = new PortReachability(() => [IPv4, IPv6], _ => false, countsLocalPeers: false);
        Assert.Equal([IPv4, IPv6], ports.Missing);

        Assert.Equal(IPv4, ports.OnCircuit(Link(IPv4.Address), Stranger));
        Assert.Null(ports.OnCircuit(Link(IPv4.Address), Stranger));
        Assert.Equal([IPv6], ports.Missing);

        Assert.Equal(IPv6, ports.OnCircuit(Link(IPv6.Address), IPAddress.Parse("2a00:1450::1")));
        Assert.Empty(ports.Missing);
    }

    [Fact]
    public void Nothing_is_proved_by_a_channel_of_our_own_or_by_another_address_or_by_another_family()
    {
        var ports = new PortReachability(() => [IPv4], _ => false, countsLocalPeers: false);

        Assert.Null(ports.OnCircuit(Link(IPv4.Address, LinkRole.Initiator), Stranger));
        Assert.Null(ports.OnCircuit(Link(IPAddress.Parse("198.51.100.8")), Stranger));
        Assert.Null(ports.OnCircuit(Link(IPv4.Address), IPAddress.Parse("2a00:1450::1")));
        Assert.Null(ports.OnCircuit(Link(IPv4.Address), null));
        Assert.Equal([IPv4], ports.Missing);
    }

    [Theory]
    [InlineData("192.168.1.4")]
    [InlineData("198.51.100.99")]
    [InlineData("2001:db8::99")]
    public void A_neighbour_proves_nothing_unless_relays_have_local_addresses(string text)
    {
        var ports = new PortReachability(() => [IPv4, IPv6], _ => false, countsLocalPeers: false);
        var local = new PortReachability(() => [IPv4, IPv6], _ => false, countsLocalPeers: true);
        IPAddress peer = IPAddress.Parse(text);
        IPEndPoint own = peer.AddressFamily == IPv4.AddressFamily ? IPv4 : IPv6;

        Assert.Null(ports.OnCircuit(Link(own.Address), peer));
        Assert.Equal(own, local.OnCircuit(Link(own.Address), peer));
    }

    [Fact]
    public void A_port_that_the_operator_vouches_for_is_not_missing()
    {
        var ports = new PortReachability(() => [IPv4, IPv6], port => port == IPv6, countsLocalPeers: false);

        Assert.Equal([IPv4], ports.Missing);
    }

    private static LinkResult Link(IPAddress own, LinkRole role = LinkRole.Responder) => new()
    {
        Version = 5,
        Role = role,
        Peer = null,
        AuthenticatedToPeer = true,
        ClockSkew = null,
        OwnAddress = own,
        PeerAddresses = [],
        IsCanonical = false,
        IsCanonicalToPeer = true,
        OwnCircuitIds = CircuitIdHalf.None,
        PeerCircuitIds = CircuitIdHalf.Any,
    };
}
