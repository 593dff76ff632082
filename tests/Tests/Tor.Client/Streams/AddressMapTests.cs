using System.Net;
using Tunic.Primitives.Time;
using Tunic.Tor.Client.Streams;

namespace Tunic.Tests.Tor.Client.Streams;

public sealed class AddressMapTests
{
    private readonly AddressMap _map = new(new SeededRandomSource(1));

    [Fact]
    public void A_host_stands_for_another_over_several_steps_and_in_any_case()
    {
        _map.TryAdd("a.example", "b.example");
        _map.TryAdd("b.example", "192.0.2.1");

        Assert.Equal("192.0.2.1", _map.Rewrite("A.Example"));
        Assert.Equal("c.example", _map.Rewrite("c.example"));
    }

    [Fact]
    public void A_host_that_stands_for_itself_stands_for_nothing_any_more()
    {
        _map.TryAdd("a.example", "b.example");
        _map.TryAdd("a.example", "a.example");

        Assert.Empty(_map.Entries);
    }

    [Fact]
    public void A_pattern_maps_all_below_and_a_circle_ends()
    {
        _map.TryAdd("*.example.com", "*.example.org");
        _map.TryAdd("x.test", "y.test");
        _map.TryAdd("y.test", "x.test");

        Assert.Equal("a.b.example.org", _map.Rewrite("a.b.example.com"));
        Assert.Contains(_map.Rewrite("x.test"), (string[])["x.test", "y.test"]);
    }

    [Fact]
    public void Virtual_addresses_come_from_stocks_ranges()
    {
        byte[] four = IPAddress.Parse(_map.AddVirtual("0.0.0.0", "a.example")!).GetAddressBytes();
        Assert.True(four[0] == 127 && four[1] >= 192);
        Assert.True(IPAddress.Parse(_map.AddVirtual("::", "a.example")!).IsIPv6LinkLocal);
        string name = _map.AddVirtual(".", "a.example")!;
        Assert.EndsWith(".virtual", name, StringComparison.Ordinal);
        Assert.Equal("a.example", _map.Rewrite(name));
    }
}
