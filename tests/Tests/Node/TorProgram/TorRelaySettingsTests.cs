using System.Net;
using Tunic.Node.Configuration.Torrc;
using Tunic.Node.Hosting;
using Tunic.Node.TorProgram;
using Tunic.Tests.Node.Configuration.Torrc;
using Tunic.Tor.Protocol.Documents.Policies;
using Tunic.Tor.Relay;
using Tunic.Tor.Relay.Connections;
using Tunic.Tor.Relay.Descriptors;

namespace Tunic.Tests.Node.TorProgram;

public sealed class TorRelaySettingsTests
{
    [Fact]
    public void Without_a_policy_nothing_leaves_here()
    {
        ExitPolicy policy = Read("ORPort 9001").Relay.Exit.Policy;

        Assert.False(policy.Accepts(IPAddress.Parse("93.184.216.34"), 443));
    }

    [Fact]
    public void The_operators_rules_stand_between_private_networks_and_stocks_defaults()
    {
        ExitPolicy policy = Read("ORPort 9001", "ExitRelay 1", "ExitPolicy reject *:80", "ExitPolicy accept *:25").Relay.Exit.Policy;

        Assert.False(policy.Accepts(IPAddress.Parse("10.0.0.1"), 443));
        Assert.False(policy.Accepts(IPAddress.Parse("93.184.216.34"), 80));
        Assert.True(policy.Accepts(IPAddress.Parse("93.184.216.34"), 25));
        Assert.False(policy.Accepts(IPAddress.Parse("93.184.216.34"), 119));
        Assert.True(policy.Accepts(IPAddress.Parse("93.184.216.34"), 443));
    }

    [Fact]
    public void The_reduced_policy_lists_what_it_accepts()
    {
        ExitPolicy policy = Read("ORPort 9001", "ExitRelay 1", "ReducedExitPolicy 1").Relay.Exit.Policy;

        Assert.True(policy.Accepts(IPAddress.Parse("93.184.216.34"), 443));
        Assert.False(policy.Accepts(IPAddress.Parse("93.184.216.34"), 4444));
    }

    [Fact]
    public void The_descriptor_says_what_the_torrc_says()
    {
        RelaySettings settings = Read("ORPort 127.0.0.1:9001", "Nickname somebody", "ContactInfo me", "DirPort 127.0.0.1:9030", "RefuseUnknownExits 0");

        Assert.Equal(("somebody", "me", 9001, 9030), (
            settings.Descriptor.Nickname, settings.Descriptor.Contact, settings.Descriptor.OnionRouterPort, settings.Descriptor.DirectoryPort));
        Assert.Equal([new IPEndPoint(IPAddress.Loopback, 9030)], settings.DirectoryPorts);
        Assert.False(settings.RefusesUnknownRelays);
    }

    [Fact]
    public void Local_interfaces_are_refused_by_what_the_torrc_says_of_this_machine()
    {
        IPAddress own = IPAddress.Parse("93.184.216.34");

        ExitPolicy policy = Read("ORPort 93.184.216.34:9001", "ExitRelay 1", "ExitPolicy accept *:*", "ExitPolicyRejectLocalInterfaces 1").Relay.Exit.Policy;

        Assert.False(policy.Accepts(own, 443));
        Assert.True(policy.Accepts(IPAddress.Parse("93.184.216.35"), 443));
        Assert.Contains("reject 93.184.216.34:*", policy.ToDescriptorLines(), StringComparison.Ordinal);
        Assert.True(Read("ORPort 93.184.216.34:9001", "ExitRelay 1", "ExitPolicy accept *:*").Relay.Exit.Policy.Accepts(own, 443));
    }

    [Fact]
    public void What_is_advertised_is_the_least_of_three_rates()
    {
        RelayDescriptorOptions descriptor = Read("ORPort 9001", "BandwidthRate 4 MB", "RelayBandwidthRate 3 MB", "MaxAdvertisedBandwidth 2 MB").Descriptor;

        Assert.Equal(2 << 20, descriptor.BandwidthRate);
        Assert.Equal(3 << 20, Read("ORPort 9001", "BandwidthRate 4 MB", "RelayBandwidthRate 3 MB").Descriptor.BandwidthRate);
    }

    [Fact]
    public void The_directory_ports_answer_whom_DirPolicy_accepts_whatever_its_ports()
    {
        ExitPolicy policy = Read("ORPort 9001", "DirPort 9030", "DirPolicy reject 192.0.2.0/24:80").DirectoryPolicy;

        Assert.False(policy.Accepts(IPAddress.Parse("192.0.2.7"), 1));
        Assert.True(policy.Accepts(IPAddress.Parse("198.51.100.7"), 1));
    }

    [Fact]
    public void Options_about_floods_count_instead_of_the_consensus()
    {
        RelaySettings settings = Read(
            "ORPort 9001", "DoSConnectionEnabled 1", "DoSConnectionMaxConcurrentCount 7", "DoSConnectionConnectRate 8", "DoSConnectionConnectBurst 9",
            "DoSConnectionConnectDefenseTimePeriod 5 seconds", "DoSConnectionDefenseType 2", "DoSCircuitCreationEnabled 1", "DoSCircuitCreationMinConnections 10",
            "DoSCircuitCreationRate 11", "DoSCircuitCreationBurst 12", "DoSCircuitCreationDefenseTimePeriod 13 seconds", "DoSCircuitCreationDefenseType 2",
            "DoSStreamCreationEnabled 1", "DoSStreamCreationRate 14", "DoSStreamCreationBurst 15", "DoSStreamCreationDefenseType 3");
        var consensus = new Dictionary<string, int>
        {
            ["DoSConnectionEnabled"] = 0,
            ["DoSConnectionMaxConcurrentCount"] = 50,
            ["DoSCircuitCreationEnabled"] = 0,
            ["DoSStreamCreationEnabled"] = 0,
        };

        DosParameters dos = RelayParameters.FromConsensus(consensus, settings.Relay.Connections, settings.Defenses).Dos;

        Assert.Equal((7, 8, 9, TimeSpan.FromSeconds(5)), (
            dos.Connections!.MaxPerAddress, dos.Connections.RatePerAddress, dos.Connections.BurstPerAddress, dos.Connections.Penalty));
        Assert.Equal((true, 10, 11, 12, TimeSpan.FromSeconds(13)), (
            dos.LimitsCircuits, dos.CircuitMinConnections, dos.CircuitRate, dos.CircuitBurst, dos.CircuitPenalty));
        Assert.Equal((true, 14, 15, true), (dos.LimitsStreams, dos.StreamRate, dos.StreamBurst, dos.ClosesCircuits));
        Assert.Null(RelayParameters.FromConsensus(consensus, new(), Read("ORPort 9001").Defenses).Dos.Connections);
    }

    [Fact]
    public void Who_turns_the_limits_on_connections_off_has_none()
    {
        RelaySettings settings = Read("ORPort 9001", "DoSConnectionEnabled 0");
        var consensus = new Dictionary<string, int> { ["DoSConnectionEnabled"] = 1 };

        Assert.Null(RelayParameters.FromConsensus(consensus, settings.Relay.Connections, settings.Defenses).Dos.Connections);
        Assert.Equal(int.MaxValue, settings.Relay.Connections.MaxPerAddress);
    }

    [Fact]
    public void Bandwidth_keepalives_and_observation_are_what_the_torrc_says()
    {
        RelaySettings settings = Read("ORPort 9001", "KeepalivePeriod 60", "CountPrivateBandwidth 1");

        Assert.Equal((TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(10)), (settings.Relay.Channels.KeepalivePeriod, settings.Relay.Channels.StuckTimeout));
        Assert.True(settings.Relay.CountsPrivateBandwidth);
        Assert.Equal(TimeSpan.FromDays(1), settings.ObservationTime);
        Assert.False(Read("ORPort 9001").Relay.CountsPrivateBandwidth);
    }

    [Fact]
    public void An_address_may_be_a_name() =>
        Assert.Equal(IPAddress.Loopback, Create("ORPort 9001\nAddress localhost\n").Descriptor.Address);

    [Fact]
    public void A_name_without_an_address_is_refused() =>
        Assert.Contains("Could not resolve", Assert.Throws<TorrcException>(() => Create("ORPort 9001\nAddress nowhere.invalid\n")).Message, StringComparison.Ordinal);

    private static RelaySettings Create(string text) => TorRelaySettings.Create(TorrcText.Options(text));

    private static RelaySettings Read(params string[] lines)
    {
        var torrc = new TorrcSettings();
        torrc.Assign(TorrcFile.ReadText(string.Join('\n', lines.Append("Address 192.0.2.1")) + "\n", "torrc"));
        return TorRelaySettings.Create(TorrcOptionsReader.Read(torrc));
    }
}
