using Tunic.Primitives.Keys;
using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.Documents;
using Tunic.Tor.Protocol.Documents.Consensuses;
using Tunic.Tor.Protocol.Paths;
using Tunic.Tor.Protocol.Paths.Guards;
using Tunic.Tor.Protocol.Paths.Vanguards;

namespace Tunic.Tests.Tor.Protocol.Paths.Vanguards;

public sealed class SecondHopsTests
{
    private static readonly DateTime Start = TestNetwork.Start;
    private static readonly ClockReading Now = new(Start, TimeSpan.FromHours(1));

    [Fact]
    public void Four_are_chosen_and_stay_for_a_day_at_least_and_twelve_at_most()
    {
        var environment = new PathEnvironment(Network(400).View()); // so many that none is chosen again by chance
        var hops = new SecondHops(new SeededRandomSource(1));

        hops.GetLayers(environment, new VanguardOptions(), Start);
        HashSet<RsaIdentity> first = [.. hops.Identities];
        hops.GetLayers(environment, new VanguardOptions(), Start.AddDays(1).AddSeconds(-1));
        HashSet<RsaIdentity> afterDay = [.. hops.Identities];
        hops.GetLayers(environment, new VanguardOptions(), Start.AddDays(12));

        Assert.Equal(4, first.Count);
        Assert.Equal(first, afterDay);
        Assert.Equal(4, hops.Identities.Count);
        Assert.Empty(hops.Identities.Intersect(first));
    }

    [Fact]
    public void They_end_one_by_one()
    {
        var environment = new PathEnvironment(Network().View());
        var hops = new SecondHops(new SeededRandomSource(2));
        hops.GetLayers(environment, new VanguardOptions(), Start);
        HashSet<RsaIdentity> first = [.. hops.Identities];

        int[] left = [.. Enumerable.Range(0, 12 * 24).Select(hour =>
        {
            hops.GetLayers(environment, new VanguardOptions(), Start.AddHours(hour));
            return hops.Identities.Count(first.Contains);
        })];

        Assert.Equal([4, 3, 2, 1, 0], left.Distinct());
    }

    [Fact]
    public void One_that_is_no_longer_stable_or_not_in_the_consensus_goes_at_once_and_the_others_stay()
    {
        TestNetwork network = Network();
        var hops = new SecondHops(new SeededRandomSource(3));
        hops.GetLayers(new PathEnvironment(network.View()), new VanguardOptions(), Start);
        RsaIdentity[] first = [.. hops.Identities];
        network.Change(network.Statuses.FindIndex(status => status.Identity == first[0]), status => status with { Flags = status.Flags & ~RelayFlags.Stable });
        network.Statuses.RemoveAll(status => status.Identity == first[1]);

        hops.GetLayers(new PathEnvironment(network.View()), new VanguardOptions(), Start.AddMinutes(1));

        Assert.Equal(4, hops.Identities.Count);
        Assert.Equal(first[2..].Order(), hops.Identities.Intersect(first).Order());
    }

    [Fact]
    public void None_is_chosen_that_is_excluded_or_slow_while_there_are_others()
    {
        TestNetwork network = Network();
        for (int relay = 0; relay < 10; relay++)
        {
            network.Change(relay, status => status with { Flags = status.Flags & ~RelayFlags.Fast });
        }

        string excluded = string.Join(',', Enumerable.Range(10, 5).Select(number => $"relay{number}"));
        var environment = new PathEnvironment(network.View()) { Constraints = new PathConstraints { ExcludeNodes = Set(excluded) } };
        for (int seed = 0; seed < 30; seed++)
        {
            var hops = new SecondHops(new SeededRandomSource((ulong)seed));
            hops.GetLayers(environment, new VanguardOptions(), Start);
            Assert.All(hops.Identities, identity => Assert.InRange(environment.View.Find(identity)!.Index, 15, 39));
        }
    }

    [Fact]
    public void Where_suitable_ones_are_too_few_others_take_their_place_until_the_next_look()
    {
        TestNetwork network = Network();
        for (int relay = 1; relay < 40; relay++)
        {
            network.Change(relay, status => status with { Flags = status.Flags & ~RelayFlags.Stable });
        }

        var environment = new PathEnvironment(network.View());
        var hops = new SecondHops(new SeededRandomSource(6));
        hops.GetLayers(environment, new VanguardOptions(), Start);
        RsaIdentity[] first = [.. hops.Identities];
        hops.GetLayers(environment, new VanguardOptions(), Start);

        Assert.Equal(4, first.Length);
        Assert.Equal(4, hops.Identities.Count);
        Assert.Contains(network.Statuses[0].Identity, first);
        Assert.Contains(network.Statuses[0].Identity, hops.Identities);
        Assert.InRange(hops.Identities.Intersect(first).Count(), 1, 3);
    }

    [Fact]
    public void The_consensus_says_how_many_and_whether_at_all_and_the_operator_has_the_last_word()
    {
        TestNetwork network = Network();
        network.Parameters["guard-hs-l2-number"] = 7;
        var hops = new SecondHops(new SeededRandomSource(4));
        Assert.Single(hops.GetLayers(new PathEnvironment(network.View()), new VanguardOptions(), Start));
        Assert.Equal(7, hops.Identities.Count);

        network.Parameters["vanguards-lite-enabled"] = 0;
        var off = new PathEnvironment(network.View());
        Assert.Empty(hops.GetLayers(off, new VanguardOptions(), Start));
        Assert.Single(hops.GetLayers(off, new VanguardOptions { IsEnabled = true }, Start));
        network.Parameters.Clear();
        Assert.Empty(hops.GetLayers(new PathEnvironment(network.View()), new VanguardOptions { IsEnabled = false }, Start));
    }

    [Theory]
    [InlineData("guard-hs-l2-number", 0, 1)]
    [InlineData("guard-hs-l2-number", 20, 19)]
    public void Numbers_out_of_their_range_are_moved_into_it(string name, int value, int expected)
    {
        TestNetwork network = Network();
        network.Parameters[name] = value;
        Consensus consensus = network.View().Consensus;

        Assert.Equal(expected, SecondHopParameters.From(consensus).Count);
    }

    [Fact]
    public void A_longest_lifetime_below_the_shortest_counts_as_equal_to_it()
    {
        TestNetwork network = Network();
        network.Parameters["guard-hs-l2-lifetime-min"] = 100;
        network.Parameters["guard-hs-l2-lifetime-max"] = 50;

        var parameters = SecondHopParameters.From(network.View().Consensus);

        Assert.Equal((TimeSpan.FromSeconds(100), TimeSpan.FromSeconds(100)), (parameters.MinLifetime, parameters.MaxLifetime));
    }

    [Fact]
    public void In_paths_of_onion_services_the_second_hop_is_one_of_four_and_the_third_one_of_the_operators()
    {
        var environment = new PathEnvironment(Network().View());
        var hops = new SecondHops(new SeededRandomSource(5));
        IReadOnlyList<Predicate<Relay>> layers = hops.GetLayers(environment, new VanguardOptions { ThirdHops = Set("relay1,relay2,relay3,relay4,relay5") }, Start);

        CircuitPath[] paths = [.. Paths(environment, new PathRequest { Length = 4, IsInternal = true, Vanguards = layers }, 200)];

        Assert.InRange(paths.Select(path => path.Hops[1].RsaIdentity).Distinct().Count(), 2, 4);
        Assert.All(paths, path => Assert.Contains(path.Hops[1].RsaIdentity, hops.Identities));
        Assert.All(paths, path => Assert.InRange(path.Hops[2].Index, 1, 5));
        Assert.All(paths, path => Assert.Distinct(path.Hops.Skip(1)));
        Assert.InRange(paths.Select(path => path.End).Distinct().Count(), 20, 40);
    }

    /// <summary>Else whoever runs many last hops would see who never comes: the guard, its family and its network.</summary>
    [Fact]
    public void The_last_hop_may_be_the_guard_or_of_its_family_and_network()
    {
        var network = new TestNetwork();
        for (int relay = 0; relay < 12; relay++)
        {
            network.Add(TestNetwork.Ordinary | RelayFlags.Guard, address: $"20.1.{relay}.1", familyIds: ["one"]); // all of one network and family
        }

        var environment = new PathEnvironment(network.View());
        var hops = new SecondHops(new SeededRandomSource(6));
        var request = new PathRequest { Length = 3, IsInternal = true, Vanguards = hops.GetLayers(environment, new VanguardOptions(), Start) };

        CircuitPath[] paths = [.. Paths(environment, request, 300)];

        Assert.Single(paths.Select(path => path.Hops[0]).Distinct());
        Assert.Equal(12, paths.Select(path => path.End).Distinct().Count());
        Assert.All(paths, path => Assert.True(path.Hops[1] != path.Hops[0] && path.Hops[1] != path.End));
    }

    [Fact]
    public void A_relay_that_the_circuit_goes_on_to_is_neither_second_nor_last_hop()
    {
        var environment = new PathEnvironment(Network().View());
        var hops = new SecondHops(new SeededRandomSource(7));
        IReadOnlyList<Predicate<Relay>> layers = hops.GetLayers(environment, new VanguardOptions(), Start);
        RsaIdentity target = hops.Identities.First();

        CircuitPath[] paths = [.. Paths(environment, new PathRequest { IsInternal = true, Vanguards = layers, Excluded = [target] }, 200)];

        Assert.All(paths, path => Assert.DoesNotContain(target, path.Hops.Skip(1).Select(hop => hop.RsaIdentity)));
    }

    private static IEnumerable<CircuitPath> Paths(PathEnvironment environment, PathRequest request, int count)
    {
        var sample = new GuardSample(GuardSampleKind.Default, new GuardOptions(), new SeededRandomSource(77));
        sample.Update(environment, Now);
        var guards = new GuardSelector(sample, new SeededRandomSource(78));
        var selector = new PathSelector(environment, new SeededRandomSource(79));
        for (int path = 0; path < count; path++)
        {
            PathResult result = selector.Select(request, guards, Now);
            Assert.True(result.IsFound, $"{result.Failure} at hop {result.Hop}");
            yield return result.Path;
        }
    }

    private static TestNetwork Network(int relays = 40)
    {
        var network = new TestNetwork();
        for (int relay = 0; relay < relays; relay++)
        {
            network.Add(TestNetwork.Ordinary | RelayFlags.Guard);
        }

        return network;
    }

    private static RelaySet Set(string text) => RelaySet.TryParse(text, out RelaySet? set, out string? bad) ? set! : throw new ArgumentException(bad);
}
