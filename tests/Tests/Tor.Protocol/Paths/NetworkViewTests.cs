using Tunic.Primitives.Keys;
using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.Documents;
using Tunic.Tor.Protocol.Paths;

namespace Tunic.Tests.Tor.Protocol.Paths;

public sealed class NetworkViewTests
{
    [Fact]
    public void Relays_are_found_by_both_identities_and_zero_finds_nothing()
    {
        var network = new TestNetwork();
        network.Add(TestNetwork.Ordinary);
        network.Add(TestNetwork.Ordinary | RelayFlags.NoEdConsensus);
        NetworkView view = network.View();

        Assert.Same(view.Relays[0], view.Find(TestNetwork.Identity(0)));
        Assert.Same(view.Relays[0], view.Find(view.Relays[0].Ed25519Identity));
        Assert.True(view.Relays[1].Ed25519Identity.IsZero);
        Assert.Null(view.Find(default(Ed25519Identity)));
        Assert.Null(view.Find(TestNetwork.Identity(7)));
    }

    [Fact]
    public void Usable_needs_Running_Valid_a_microdescriptor_and_extend2()
    {
        var network = new TestNetwork();
        network.Add(TestNetwork.Ordinary);
        network.Add(TestNetwork.Ordinary & ~RelayFlags.Running);
        network.Add(TestNetwork.Ordinary & ~RelayFlags.Valid);
        network.Add(TestNetwork.Ordinary, withMicrodescriptor: false);
        network.Add(TestNetwork.Ordinary, protocols: "Relay=1 Link=4");

        Assert.Equal([true, false, false, false, false], network.View().Relays.Select(relay => relay.IsUsable));
    }

    [Fact]
    public void Middle_only_relays_stand_in_no_other_table_and_bad_exits_in_no_exit_table()
    {
        var network = new TestNetwork();
        network.Add(TestNetwork.Ordinary | RelayFlags.Guard | RelayFlags.Exit | RelayFlags.MiddleOnly, ports: [80]);
        network.Add(TestNetwork.Ordinary | RelayFlags.Guard | RelayFlags.Exit | RelayFlags.BadExit, ports: [80]);
        network.Add(TestNetwork.Ordinary | RelayFlags.Exit, ports: [80]);
        NetworkView view = network.View();

        Assert.Equal(3, view.Table(RelayPosition.Middle).Count);
        Assert.Equal(2, view.Table(RelayPosition.Guard).Count);
        Assert.Equal(1, view.Table(RelayPosition.Exit).Count);
        Assert.False(view.Relays[0].MayServeOnionServices);
        Assert.False(view.Relays[0].MayBeGuard);
    }

    [Theory]
    [InlineData(RelayPosition.Guard, new[] { 0.5, 0, 0.25, 0 })]
    [InlineData(RelayPosition.Middle, new[] { 0.3, 1, 0.1, 0.2 })]
    [InlineData(RelayPosition.Exit, new[] { 0.6, 0.7, 0.8, 0.9 })]
    [InlineData(RelayPosition.Directory, new[] { 0.15, 0.35, 0.45, 0.55 })]
    public void Choice_follows_the_bandwidth_weights_within_three_sigma(RelayPosition position, double[] weights)
    {
        // weights: Guard only, neither, Guard and Exit, Exit only, all with V2Dir.
        var network = new TestNetwork();
        foreach ((string name, double value) in WeightsUnderTest)
        {
            network.Weights[name] = (int)(10_000 * value);
        }

        RelayFlags[] flags = [RelayFlags.Guard, 0, RelayFlags.Guard | RelayFlags.Exit, RelayFlags.Exit];
        for (int i = 0; i < 200; i++)
        {
            network.Add(TestNetwork.Ordinary | flags[i % 4], 100 + (37 * i % 900), [80]);
        }

        NetworkView view = network.View();
        double[] expected = [.. view.Relays.Select(relay => relay.Status.Bandwidth!.Value * weights[relay.Index % 4])];
        AssertFollows(expected, view.Table(position), relay => relay.Index % 3 != 0, seed: 11);
        AssertFollows(expected, view.Table(position), relay => relay.Index is 5 or 6 or 7 or 8, seed: 12); // so rare that the scan decides
    }

    [Fact]
    public void Without_bandwidths_every_relay_is_as_likely()
    {
        var network = new TestNetwork();
        for (int i = 0; i < 10; i++)
        {
            network.Add(TestNetwork.Ordinary, bandwidth: 0);
        }

        AssertFollows([.. Enumerable.Repeat(1d, 10)], network.View().Table(RelayPosition.Middle), _ => true, seed: 3);
    }

    [Fact]
    public void A_relay_of_weight_zero_is_chosen_only_when_nothing_else_fits()
    {
        var network = new TestNetwork();
        network.Add(TestNetwork.Ordinary, bandwidth: 0);
        network.Add(TestNetwork.Ordinary, bandwidth: 5);
        network.Add(TestNetwork.Ordinary, bandwidth: 0);
        WeightTable table = network.View().Table(RelayPosition.Middle);
        var random = new SeededRandomSource(5);

        Assert.All(Enumerable.Range(0, 200), _ => Assert.Equal(1, table.Choose(_ => true, random)!.Index));
        Assert.Equal(2, table.Choose(relay => relay.Index == 2, random)!.Index);
        Assert.Null(table.Choose(_ => false, random));
    }

    [Fact]
    public void One_missing_weight_makes_all_bandwidth_count_in_full()
    {
        var network = new TestNetwork();
        network.Weights["Wmg"] = 0;
        network.Add(TestNetwork.Ordinary | RelayFlags.Guard, 10);
        network.Add(TestNetwork.Ordinary, 30);

        Assert.Equal(40_000, network.View().Table(RelayPosition.Middle).Total);
    }

    [Fact]
    public void Available_paths_are_the_product_of_three_weighted_fractions()
    {
        var network = new TestNetwork();
        network.Add(TestNetwork.Ordinary | RelayFlags.Guard, 300);
        network.Add(TestNetwork.Ordinary | RelayFlags.Guard, 100, withMicrodescriptor: false);
        network.Add(TestNetwork.Ordinary | RelayFlags.Exit, 100, [80]);
        network.Add(TestNetwork.Ordinary | RelayFlags.Exit, 100, withMicrodescriptor: false);
        network.Add(TestNetwork.Ordinary | RelayFlags.Exit, 1000); // rejects everything: no exit
        network.Add(TestNetwork.Ordinary & ~RelayFlags.Running, 5000);

        PathAvailability availability = network.View().MeasureAvailability();

        Assert.Equal(0.75, availability.GuardFraction, 9);
        Assert.Equal(1400 / 1600d, availability.MiddleFraction, 9);
        Assert.Equal(0.5, availability.ExitFraction, 9);
        Assert.Equal(0.75 * 0.875 * 0.5, availability.PathFraction, 9);
        Assert.True(availability.HasExits);
        Assert.Equal((5, 3), (availability.UsableCount, availability.PresentCount));
        Assert.Equal("75% of guards bw, 87% of midpoint bw, and 50% of exit bw = 32% of path bw", availability.ToString());
    }

    [Theory]
    [InlineData(null, null, 0.60)]
    [InlineData(5, null, 0.25)]
    [InlineData(99, null, 0.95)]
    [InlineData(99, 0.1, 0.1)]
    public void The_fraction_needed_comes_from_the_operator_or_the_consensus(int? parameter, double? configured, double expected)
    {
        var network = new TestNetwork();
        if (parameter is { } value)
        {
            network.Parameters["min_paths_for_circs_pct"] = value;
        }

        Assert.Equal(expected, PathAvailability.RequiredFraction(network.View().Consensus, configured));
    }

    [Fact]
    public void A_network_without_exits_is_measured_by_its_middles()
    {
        var network = new TestNetwork();
        network.Add(TestNetwork.Ordinary | RelayFlags.Guard, 100);
        network.Add(TestNetwork.Ordinary, 100);

        PathAvailability availability = network.View().MeasureAvailability();

        Assert.False(availability.HasExits);
        Assert.Equal(1, availability.PathFraction, 9);
    }

    [Fact]
    public void Configured_exits_can_only_lower_the_fraction()
    {
        var network = new TestNetwork();
        network.Add(TestNetwork.Ordinary | RelayFlags.Guard | RelayFlags.Exit, 100, [80]);
        network.Add(TestNetwork.Ordinary | RelayFlags.Exit, 100, withMicrodescriptor: false);
        Assert.True(RelaySet.TryParse("relay0", out RelaySet? present, out _));
        Assert.True(RelaySet.TryParse("relay1", out RelaySet? missing, out _));
        NetworkView view = network.View();

        Assert.Equal(0.5, view.MeasureAvailability(new PathConstraints { ExitNodes = present }).ExitFraction, 9);
        Assert.Equal(0.5, view.MeasureAvailability(new PathConstraints { ExitNodes = missing }).MiddleFraction, 9);
    }

    private static readonly (string Name, double Value)[] WeightsUnderTest =
    [
        ("Wgg", 0.5), ("Wgm", 0), ("Wgd", 0.25),
        ("Wmg", 0.3), ("Wmm", 1), ("Wme", 0.2), ("Wmd", 0.1),
        ("Weg", 0.6), ("Wem", 0.7), ("Wee", 0.9), ("Wed", 0.8),
        ("Wbg", 0.15), ("Wbm", 0.35), ("Wbe", 0.55), ("Wbd", 0.45),
        ("Wgb", 1), ("Wmb", 1), ("Web", 1), ("Wdb", 1),
    ];

    private static void AssertFollows(double[] weights, WeightTable table, Predicate<Relay> condition, ulong seed)
    {
        const int Draws = 60_000;
        var random = new SeededRandomSource(seed);
        var counts = new int[weights.Length];
        for (int i = 0; i < Draws; i++)
        {
            counts[table.Choose(condition, random)!.Index]++;
        }

        double total = Enumerable.Range(0, weights.Length).Sum(Accepted);
        double chiSquared = 0;
        int cells = 0;
        for (int i = 0; i < weights.Length; i++)
        {
            double expected = Draws * Accepted(i) / total;
            if (expected == 0)
            {
                Assert.Equal(0, counts[i]);
                continue;
            }

            cells++;
            chiSquared += Math.Pow(counts[i] - expected, 2) / expected;
            Assert.True(Math.Abs(counts[i] - expected) <= (4.5 * Math.Sqrt(expected)) + 1, $"relay {i}: {counts[i]} instead of {expected:0}");
        }

        // Chi squared of k cells has mean k - 1 and variance 2 (k - 1): three sigma for the distribution as a whole.
        Assert.True(Math.Abs(chiSquared - (cells - 1)) <= 3 * Math.Sqrt(2d * Math.Max(cells - 1, 1)), $"chi squared {chiSquared:0.0} over {cells} cells");

        double Accepted(int index) => condition(table.Find(index)!) ? weights[index] : 0;
    }
}
