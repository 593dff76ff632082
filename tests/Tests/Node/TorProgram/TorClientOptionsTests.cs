using System.Net;
using Tunic.Node.Configuration.Torrc;
using Tunic.Node.Networks;
using Tunic.Node.Processes;
using Tunic.Node.TorProgram;
using Tunic.Tests.Node.Configuration.Torrc;
using Tunic.Tor.Client;
using Tunic.Tor.Client.Listeners;
using Tunic.Tor.Network.Channels;
using Tunic.Tor.Network.NetworkDirectory;

namespace Tunic.Tests.Node.TorProgram;

public sealed class TorClientOptionsTests
{
    private static readonly IPEndPoint IPv4 = new(IPAddress.Parse("192.0.2.7"), 9001);
    private static readonly IPEndPoint IPv6 = new(IPAddress.Parse("2001:db8::7"), 9001);

    [Theory]
    [InlineData("", 4, 4, 6)]
    [InlineData("ClientUseIPv6 0", 4, 4, 0)]
    [InlineData("ClientUseIPv4 0", 6, 0, 6)]
    [InlineData("ClientUseIPv4 0\nClientUseIPv6 0", 6, 0, 6)]
    [InlineData("ClientPreferIPv6ORPort 1", 6, 4, 6)]
    [InlineData("ClientPreferIPv6ORPort 1\nClientUseIPv6 0", 6, 4, 6)]
    [InlineData("ClientPreferIPv6ORPort 0", 4, 4, 6)]
    [InlineData("ORPort 9001\nClientPreferIPv6ORPort 1", 4, 4, 6)]
    public void Relays_are_reached_over_the_family_that_stock_would_choose(string torrc, int ofBoth, int ofIPv4, int ofIPv6)
    {
        AddressChoice choice = Create(torrc).Addresses;

        Assert.Equal(ofBoth, First(choice, IPv4, IPv6));
        Assert.Equal(ofIPv4, First(choice, IPv4));
        Assert.Equal(ofIPv6, First(choice, IPv6));
    }

    [Fact]
    public void Long_lived_ports_are_those_of_the_torrc()
    {
        Assert.Equal([80, 443], Create("LongLivedPorts 80,443").LongLivedPorts.Order());
        Assert.Equal(new ClientOptions().LongLivedPorts.Order(), Create("").LongLivedPorts.Order());
        Assert.Contains("Port '70000' out of range in LongLivedPorts", TorrcText.Fault("LongLivedPorts 70000\n"), StringComparison.Ordinal);
    }

    [Fact]
    public void Rules_for_applications_are_those_of_the_torrc()
    {
        ApplicationRules rules = TorPorts.CreateRules(TorrcText.Options(
            "SocksPolicy accept 192.0.2.0/24\nSocksPolicy reject *\nRejectPlaintextPorts 23,25\nTestSocks 1\nSafeSocks 1\n").Client);

        Assert.True(rules.Accepts(IPAddress.Parse("192.0.2.7")));
        Assert.False(rules.Accepts(IPAddress.Loopback));
        Assert.Equal([23, 25], rules.RejectedPorts.Order());
        Assert.Equal([23, 109, 110, 143], rules.WarnedPorts.Order());
        Assert.True(rules.LogsEveryRequest && rules.RejectsAddresses);
    }

    [Fact]
    public void Ports_in_a_policy_about_clients_are_ignored_with_a_warning()
    {
        TorrcSettings settings = TorrcText.Settings("SocksPolicy reject 192.0.2.0/24:80\n");

        TorrcOptions options = TorrcOptionsReader.Read(settings);

        Assert.False(TorPorts.CreateRules(options.Client).Accepts(IPAddress.Parse("192.0.2.7")));
        Assert.Contains(settings.Warnings, warning => warning.StartsWith("Ignoring ports in SocksPolicy option.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_client_moves_no_more_than_BandwidthRate()
    {
        var bandwidth = new ChannelBandwidth(TimeProvider.System);

        TorChannels.Limit(bandwidth, TorrcText.Options("BandwidthRate 1 KB\nBandwidthBurst 1 KB\n").Network);
        bandwidth.OnWritten(2_000, isLimited: true);
        ValueTask waiting = bandwidth.WaitToWriteAsync();

        Assert.False(waiting.IsCompleted);
        Assert.False(bandwidth.CountsPrivate);
        TorChannels.Limit(bandwidth, TorrcText.Options("").Network); // as when the torrc is read again: nobody waits long any more
        await waiting;
    }

    [Fact]
    public void Authorities_and_fallbacks_are_asked_by_their_weights()
    {
        NetworkProfile profile = TorrcNetwork.Create(TorrcText.Options(
            TorrcText.Authority + $"DirAuthorityFallbackRate 0.5\nFallbackDir 192.0.2.1:80 orport=443 id={TorrcText.Fingerprint} weight=3\n").Network);

        Assert.Equal(0.5, profile.AuthorityFallbackRate);
        Assert.Equal([3], profile.Fallbacks.Select(fallback => fallback.Weight));
    }

    [Fact]
    public void A_system_that_allows_too_few_files_ends_the_start()
    {
        OpenFiles.Require(TorrcText.Options("ConnLimit 16\n").General.ConnectionLimit);

        if (OpenFiles.FindLimit() is < int.MaxValue and var limit)
        {
            Assert.Contains("file descriptors available", Assert.Throws<CommandException>(() => OpenFiles.Require((int)limit + 1)).Message, StringComparison.Ordinal);
        }
    }

    private static int First(AddressChoice choice, params IPEndPoint[] addresses) => choice.Sort(addresses) switch
    {
        [] => 0,
        [var first, ..] => first.Equals(IPv4) ? 4 : 6,
    };

    private static ClientOptions Create(string torrc) => TorClientOptions.Create(TorrcText.Options(torrc + "\n"));
}
