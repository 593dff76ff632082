using System.Net;
using Tunic.Node.Configuration.Torrc;
using Tunic.Node.Hosting;
using Tunic.Node.TorProgram;
using Tunic.Tor.Protocol.Documents.Policies;

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

    private static RelaySettings Read(params string[] lines)
    {
        var torrc = new TorrcSettings();
        torrc.Assign(TorrcFile.ReadText(string.Join('\n', lines.Append("Address 192.0.2.1")) + "\n", "torrc"));
        return TorRelaySettings.Create(TorrcOptionsReader.Read(torrc));
    }
}
