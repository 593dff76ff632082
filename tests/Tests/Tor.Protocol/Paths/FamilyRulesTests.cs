using System.Net;
using Tunic.Tor.Protocol.Paths;

namespace Tunic.Tests.Tor.Protocol.Paths;

public sealed class FamilyRulesTests
{
    private static readonly FamilyRules Rules = new();

    [Theory]
    [InlineData("1.2.3.4", "1.2.200.1", true)]
    [InlineData("1.2.3.4", "1.3.3.4", false)]
    [InlineData("2001:db8::1", "2001:db8:ffff::2", true)]
    [InlineData("2001:db8::1", "2001:db9::1", false)]
    [InlineData("1.2.3.4", "::ffff:1.2.3.4", false)]
    [InlineData("0.0.0.0", "0.0.0.0", false)]
    [InlineData("::", "::1", false)]
    public void Subnets_are_a_16_and_a_32(string left, string right, bool isOne) =>
        Assert.Equal(isOne, FamilyRules.AreInOneSubnet(IPAddress.Parse(left), IPAddress.Parse(right)));

    [Fact]
    public void A_subnet_is_shared_over_either_address_and_only_while_the_rule_is_on()
    {
        var network = new TestNetwork();
        network.Add(TestNetwork.Ordinary, address: "1.2.3.4", addressV6: "2001:db8::1");
        network.Add(TestNetwork.Ordinary, address: "1.2.5.4");
        network.Add(TestNetwork.Ordinary, address: "9.9.9.9", addressV6: "2001:db8:1::1");
        IReadOnlyList<Relay> relays = network.View().Relays;

        Assert.False(Rules.MayShareCircuit(relays[0], relays[1]));
        Assert.False(Rules.MayShareCircuit(relays[0], relays[2]));
        Assert.True(Rules.MayShareCircuit(relays[1], relays[2]));
        FamilyRules off = Rules with { EnforceDistinctSubnets = false };
        Assert.True(off.MayShareCircuit(relays[0], relays[1]));
        Assert.False(off.MayShareCircuit(relays[0], relays[0]));
    }

    [Fact]
    public void Family_lists_count_when_mutual_in_any_spelling()
    {
        string first = TestNetwork.Identity(0).ToString();
        var network = new TestNetwork();
        network.Add(TestNetwork.Ordinary, family: ["RELAY1", "$" + TestNetwork.Identity(2), "rubbish!"]);
        network.Add(TestNetwork.Ordinary, family: ["$" + first.ToLowerInvariant() + "=whatever"]);
        network.Add(TestNetwork.Ordinary, family: [first + "~relay0"]);
        network.Add(TestNetwork.Ordinary, family: ["relay0"]); // relay0 does not agree
        IReadOnlyList<Relay> relays = network.View().Relays;

        Assert.True(Rules.AreRelated(relays[0], relays[1]));
        Assert.True(Rules.AreRelated(relays[2], relays[0]));
        Assert.False(Rules.AreRelated(relays[0], relays[3]));
        Assert.False(Rules.AreRelated(relays[1], relays[2]));
        Assert.False((Rules with { UseFamilyLists = false }).AreRelated(relays[0], relays[1]));
    }

    [Fact]
    public void One_common_family_id_is_enough()
    {
        var network = new TestNetwork();
        network.Add(TestNetwork.Ordinary, familyIds: ["ed25519:AAAA", "ed25519:BBBB"]);
        network.Add(TestNetwork.Ordinary, familyIds: ["ed25519:BBBB"]);
        network.Add(TestNetwork.Ordinary, familyIds: ["ed25519:bbbb"]);
        network.Add(TestNetwork.Ordinary);
        network.Add(TestNetwork.Ordinary);
        IReadOnlyList<Relay> relays = network.View().Relays;

        Assert.True(Rules.AreRelated(relays[0], relays[1]));
        Assert.False(Rules.AreRelated(relays[1], relays[2]));
        Assert.False(Rules.AreRelated(relays[3], relays[4]));
        Assert.False((Rules with { UseFamilyIds = false }).AreRelated(relays[0], relays[1]));
    }

    [Fact]
    public void The_consensus_switches_lists_and_ids()
    {
        var network = new TestNetwork();
        Assert.Equal(Rules, Rules.WithParametersOf(network.View().Consensus));
        network.Parameters["use-family-lists"] = 0;
        network.Parameters["use-family-ids"] = -7;

        FamilyRules rules = Rules.WithParametersOf(network.View().Consensus);

        Assert.False(rules.UseFamilyLists);
        Assert.False(rules.UseFamilyIds);
    }

    [Fact]
    public void The_operator_may_declare_families()
    {
        var network = new TestNetwork();
        network.Add(TestNetwork.Ordinary);
        network.Add(TestNetwork.Ordinary);
        network.Add(TestNetwork.Ordinary);
        IReadOnlyList<Relay> relays = network.View().Relays;
        Assert.True(RelaySet.TryParse("relay0,relay1", out RelaySet? set, out _));
        FamilyRules rules = Rules with { LocalFamilies = [set!] };

        Assert.True(rules.AreRelated(relays[0], relays[1]));
        Assert.False(rules.AreRelated(relays[0], relays[2]));
    }
}
