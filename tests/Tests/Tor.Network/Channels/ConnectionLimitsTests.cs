using System.Net;
using Tunic.Primitives.Time;
using Tunic.Tor.Network.Channels;

namespace Tunic.Tests.Tor.Network.Channels;

public sealed class ConnectionLimitsTests
{
    private static readonly IPAddress A = IPAddress.Parse("192.0.2.1");
    private static readonly IPAddress B = IPAddress.Parse("192.0.2.2");
    private static readonly TimeSpan Start = TimeSpan.FromHours(1);

    [Fact]
    public void One_address_has_so_many_connections_and_no_more()
    {
        ConnectionLimits limits = Create(new ConnectionLimitOptions { MaxPerAddress = 2 });

        Assert.Equal([true, true, false], Enumerable.Range(0, 3).Select(_ => limits.TryEnter(A, Start)));
        Assert.True(limits.TryEnter(B, Start));
        limits.Leave(A);
        Assert.True(limits.TryEnter(A, Start));
        Assert.Equal((2, 1, 3), (limits.CountOf(A), limits.CountOf(B), limits.Total));
        Assert.Equal(1, limits.Refused);
    }

    [Fact]
    public void The_total_binds_everybody()
    {
        ConnectionLimits limits = Create(new ConnectionLimitOptions { MaxConnections = 1 }, exempt: B);

        Assert.True(limits.TryEnter(A, Start));
        Assert.False(limits.TryEnter(B, Start));
    }

    [Fact]
    public void Known_relays_may_connect_as_often_as_they_like()
    {
        ConnectionLimits limits = Create(new ConnectionLimitOptions { MaxPerAddress = 1, BurstPerAddress = 1 }, exempt: B);

        Assert.All(Enumerable.Range(0, 50), _ => Assert.True(limits.TryEnter(B, Start)));
    }

    [Fact]
    public void An_address_over_the_rate_is_refused_for_the_time_of_the_penalty()
    {
        ConnectionLimits limits = Create(new ConnectionLimitOptions { BurstPerAddress = 1, RatePerAddress = 1, Penalty = TimeSpan.FromHours(2) });

        Assert.True(limits.TryEnter(A, Start));
        Assert.False(limits.TryEnter(A, Start));
        Assert.False(limits.TryEnter(A, Start + TimeSpan.FromMinutes(119)));
        Assert.True(limits.TryEnter(A, Start + TimeSpan.FromHours(3)));
    }

    [Fact]
    public void A_slash_64_is_one_address_and_mapped_IPv4_is_IPv4()
    {
        ConnectionLimits limits = Create(new ConnectionLimitOptions { MaxPerAddress = 1 });

        Assert.True(limits.TryEnter(IPAddress.Parse("2001:db8::1"), Start));
        Assert.False(limits.TryEnter(IPAddress.Parse("2001:db8::ffff:2"), Start));
        Assert.True(limits.TryEnter(IPAddress.Parse("2001:db8:0:1::1"), Start));
        Assert.True(limits.TryEnter(A, Start));
        Assert.False(limits.TryEnter(A.MapToIPv6(), Start));
    }

    [Fact]
    public void Addresses_without_connections_are_forgotten_when_there_are_too_many()
    {
        ConnectionLimits limits = Create(new ConnectionLimitOptions { MaxAddresses = 2, MaxPerAddress = 1 });
        Assert.True(limits.TryEnter(A, Start));
        Assert.True(limits.TryEnter(B, Start));

        limits.Leave(B);
        Assert.True(limits.TryEnter(IPAddress.Parse("192.0.2.3"), Start));
        Assert.False(limits.TryEnter(A, Start));
        Assert.True(limits.TryEnter(B, Start)); // all are in use, and none is refused for that
        Assert.Equal((1, 1, 1), (limits.CountOf(A), limits.CountOf(B), limits.CountOf(IPAddress.Parse("192.0.2.3"))));
    }

    [Fact]
    public void A_table_full_of_penalties_refuses_nobody_else()
    {
        const int Addresses = 20_000;
        var options = new ConnectionLimitOptions { MaxAddresses = Addresses, BurstPerAddress = 1, RatePerAddress = 1, Penalty = TimeSpan.FromHours(24) };
        ConnectionLimits limits = Create(options, exempt: A);
        for (int i = 0; i < Addresses; i++)
        {
            var penalised = new IPAddress([10, (byte)(i >> 16), (byte)(i >> 8), (byte)i]);
            Assert.True(limits.TryEnter(penalised, Start));
            Assert.False(limits.TryEnter(penalised, Start));
            limits.Leave(penalised);
        }

        // To look at all of them for every newcomer would be some 10^10 looks.
        for (int i = 0; i < 10 * Addresses; i++)
        {
            var newcomer = new IPAddress([11, (byte)(i >> 16), (byte)(i >> 8), (byte)i]);
            Assert.True(limits.TryEnter(newcomer, Start));
            limits.Leave(newcomer);
        }

        Assert.True(limits.TryEnter(A, Start));
        Assert.True(limits.TryEnter(B, Start));
        Assert.False(limits.TryEnter(new IPAddress([10, 0, (byte)(Addresses >> 8), 0]), Start)); // one of the last to be forgotten
    }

    [Fact]
    public void Under_pressure_a_slash_48_is_one_address()
    {
        ConnectionLimits limits = Create(new ConnectionLimitOptions { MaxAddresses = 2, MaxPerAddress = 1 });
        IPAddress own = IPAddress.Parse("2001:db8:1:1::1");
        IPAddress[] site = [IPAddress.Parse("2001:db8:1:2::1"), IPAddress.Parse("2001:db8:1:3::1")];
        Assert.True(limits.TryEnter(own, Start));
        Assert.True(limits.TryEnter(A, Start));

        Assert.Equal([true, false], site.Select(address => limits.TryEnter(address, Start)));
        limits.Leave(site[0]);
        limits.Leave(own);
        limits.Leave(A);
        Assert.Equal(0, limits.Total);
        Assert.All([own, A, .. site], address => Assert.Equal(0, limits.CountOf(address)));
    }

    private static ConnectionLimits Create(ConnectionLimitOptions options, IPAddress? exempt = null) =>
        new(options, address => address.Equals(exempt), new SeededRandomSource(1));
}
