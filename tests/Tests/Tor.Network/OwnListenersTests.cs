using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Tunic.Tor.Network;

namespace Tunic.Tests.Tor.Network;

public sealed class OwnListenersTests
{
    [Fact]
    public void A_port_is_known_from_when_it_opens_until_it_closes()
    {
        IPEndPoint address;
        using (Socket listener = OwnListeners.Open(new IPEndPoint(IPAddress.Loopback, 0)))
        {
            address = (IPEndPoint)listener.LocalEndPoint!;
            Assert.True(OwnListeners.Contains(address, []));
        }

        Assert.False(OwnListeners.Contains(address, []));
    }

    [Fact]
    public void A_port_that_could_not_be_opened_is_not_known_besides_the_one_that_has_it()
    {
        using Socket listener = OwnListeners.Open(new IPEndPoint(IPAddress.Loopback, 0));
        var address = (IPEndPoint)listener.LocalEndPoint!;

        Assert.Throws<SocketException>(() => OwnListeners.Open(address));
        Assert.True(OwnListeners.Contains(address, []));
        listener.Dispose();

        Assert.False(OwnListeners.Contains(address, []));
    }

    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("::ffff:127.0.0.1", true)]
    [InlineData("0.0.0.0", true)] // Linux connects to the loopback address
    [InlineData("::", true)]
    [InlineData("::ffff:0.0.0.0", true)]
    [InlineData("127.0.0.2", false)]
    [InlineData("::1", false)]
    [InlineData("198.51.100.7", true)] // an address before a translation
    [InlineData("::ffff:198.51.100.7", true)]
    [InlineData("198.51.100.8", false)]
    public void An_address_leads_to_a_listener_of_one_address_by_all_its_forms(string target, bool isOwn)
    {
        using Socket listener = OwnListeners.Open(new IPEndPoint(IPAddress.Loopback, 0));
        int port = ((IPEndPoint)listener.LocalEndPoint!).Port;

        Assert.Equal(isOwn, OwnListeners.Contains(new IPEndPoint(IPAddress.Parse(target), port), [IPAddress.Parse("198.51.100.7")]));
    }

    [Fact]
    public void A_wildcard_listens_on_every_address_of_the_machine_and_on_no_other()
    {
        using Socket listener = OwnListeners.Open(new IPEndPoint(IPAddress.Any, 0));
        int port = ((IPEndPoint)listener.LocalEndPoint!).Port;
        IEnumerable<IPAddress> addresses = NetworkInterface.GetAllNetworkInterfaces()
            .Where(card => card.OperationalStatus == OperationalStatus.Up)
            .SelectMany(card => card.GetIPProperties().UnicastAddresses)
            .Select(address => address.Address)
            .Where(address => address.AddressFamily == AddressFamily.InterNetwork);

        Assert.All(
            [.. addresses, IPAddress.Loopback, IPAddress.Parse("127.9.8.7"), IPAddress.Any, IPAddress.Parse("::ffff:127.0.0.1")],
            address => Assert.True(OwnListeners.Contains(new IPEndPoint(address, port), []), address.ToString()));
        Assert.False(OwnListeners.Contains(new IPEndPoint(IPAddress.Parse("198.51.100.7"), port), []));
    }

    [Fact]
    public void Another_port_of_the_same_address_is_somebody_elses()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        using Socket listener = OwnListeners.Open(new IPEndPoint(IPAddress.Loopback, 0));

        Assert.False(OwnListeners.Contains((IPEndPoint)other.LocalEndpoint, []));
    }
}
