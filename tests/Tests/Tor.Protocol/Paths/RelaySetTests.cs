using Tunic.Tor.Protocol.Paths;

namespace Tunic.Tests.Tor.Protocol.Paths;

public sealed class RelaySetTests
{
    [Fact]
    public void Members_are_named_by_fingerprint_nickname_network_country_or_star()
    {
        var network = new TestNetwork();
        network.Add(TestNetwork.Ordinary, address: "1.2.3.4", addressV6: "2001:db8::5");
        network.Add(TestNetwork.Ordinary, address: "5.6.7.8");
        Relay first = network.View().Relays[0];
        Relay second = network.View().Relays[1];

        foreach (string item in new[] { "$" + TestNetwork.Identity(0), TestNetwork.Identity(0).ToString(), "RELAY0", "1.2.0.0/16", "1.2.3.4", "[2001:db8::]/32", " x , relay0 ,," })
        {
            Assert.True(RelaySet.TryParse(item, out RelaySet? set, out _), item);
            Assert.True(set.Contains(first), item);
            Assert.False(set.Contains(second), item);
        }

        Assert.True(RelaySet.TryParse("*", out RelaySet? all, out _));
        Assert.True(all.Contains(second));
        Assert.True(RelaySet.TryParse("{DE}", out RelaySet? german, out _));
        Assert.False(german.Contains(first));
        german = german with { CountryOf = address => address.ToString() == "1.2.3.4" ? "DE" : null };
        Assert.True(german.Contains(first));
        Assert.False(german.Contains(second));
    }

    [Theory]
    [InlineData("a b")]
    [InlineData("$1234")]
    [InlineData("1.2.3.4/33")]
    [InlineData("1.2.3")]
    [InlineData("01.2.3.4")]
    [InlineData("fe80::1%eth0")]
    [InlineData("[::1")]
    [InlineData("{d}")]
    [InlineData("abcdefghijklmnopqrstuvwxyz")]
    public void A_malformed_item_is_named(string item)
    {
        Assert.False(RelaySet.TryParse("good," + item, out RelaySet? set, out string? bad));
        Assert.Null(set);
        Assert.Equal(item, bad);
    }
}
