using System.Collections.Frozen;
using Tunic.Primitives.Keys;
using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.Documents;
using Tunic.Tor.Protocol.Paths;
using Tunic.Tor.Protocol.Paths.Guards;

namespace Tunic.Tests.Tor.Protocol.Paths;

public sealed class PathSelectorTests
{
    private static readonly ClockReading Now = new(TestNetwork.Start, TimeSpan.FromHours(1));

    [Theory]
    [InlineData(2, true)]
    [InlineData(3, true)]
    [InlineData(3, false)]
    [InlineData(5, false)]
    [InlineData(8, true)]
    public void A_thousand_paths_show_no_pair_of_one_subnet_or_family(int length, bool withGuards)
    {
        var environment = new PathEnvironment(CrowdedNetwork().View());
        var selector = new PathSelector(environment, new SeededRandomSource(31));
        GuardSelector? guards = withGuards ? Guards(environment) : null;
        for (int i = 0; i < 1000; i++)
        {
            PathResult result = selector.Select(new PathRequest { Length = length, Ports = [new ExitPort(443)] }, guards, Now);

            Assert.True(result.IsFound, $"{result.Failure} at hop {result.Hop}");
            IReadOnlyList<Relay> hops = result.Path.Hops;
            Assert.Equal(length, hops.Count);
            Assert.Equal(length, hops.Select(hop => hop.RsaIdentity).Distinct().Count());
            Assert.All(hops, hop => Assert.True(hop.IsUsable));
            Assert.True(hops[^1].Accepts(new ExitPort(443)) && hops[^1].MayBeExit);
            Assert.True(hops[0].MayBeGuard);
            for (int a = 0; a < length; a++)
            {
                for (int b = a + 1; b < length; b++)
                {
                    Assert.NotEqual(Subnet(hops[a]), Subnet(hops[b]));
                    Assert.False(hops[a].SharesFamilyId(hops[b]));
                    Assert.False(hops[a].ListsInFamily(hops[b]) && hops[b].ListsInFamily(hops[a]));
                }
            }
        }
    }

    [Fact]
    public void With_guards_every_path_starts_at_the_first_primary_guard_that_fits()
    {
        var environment = new PathEnvironment(CrowdedNetwork().View());
        GuardSelector guards = Guards(environment);
        var selector = new PathSelector(environment, new SeededRandomSource(5));

        HashSet<RsaIdentity> firsts = [.. Enumerable.Range(0, 300)
            .Select(_ => selector.Select(new PathRequest(), guards, Now).Path!)
            .Select(path => path.GuardUse!.Guard.Identity == path.Hops[0].RsaIdentity ? path.Hops[0].RsaIdentity : default)];

        Assert.ProperSubset(guards.Sample.Primary.Select(guard => guard.Identity).ToHashSet(), firsts);
        Assert.InRange(firsts.Count, 1, 2);
    }

    [Fact]
    public void The_exit_takes_all_ports_by_the_policy_of_the_right_family()
    {
        var network = new TestNetwork();
        for (int i = 0; i < 6; i++)
        {
            network.Add(TestNetwork.Ordinary | RelayFlags.Guard);
        }

        int both = network.Add(TestNetwork.Ordinary | RelayFlags.Exit, ports: [80, 443]);
        int web = network.Add(TestNetwork.Ordinary | RelayFlags.Exit, ports: [80]);
        int six = network.Add(TestNetwork.Ordinary | RelayFlags.Exit, portsV6: [80, 22]);
        network.Add(TestNetwork.Ordinary | RelayFlags.Exit | RelayFlags.BadExit, ports: [80, 443, 22, 7]);
        network.Add(TestNetwork.Ordinary | RelayFlags.Exit | RelayFlags.MiddleOnly, ports: [80, 443, 22, 7]);

        Assert.Equal([both, web], Ends(network, new PathRequest { Ports = [new ExitPort(80)] }));
        Assert.Equal([both], Ends(network, new PathRequest { Ports = [new ExitPort(80), new ExitPort(443, ExitAddressFamily.IPv4)] }));
        Assert.Equal([six], Ends(network, new PathRequest { Ports = [new ExitPort(80, ExitAddressFamily.IPv6)] }));
        Assert.Equal([both, web], Ends(network, new PathRequest { Ports = [ExitPort.Resolve] }));
        Assert.Equal([both, web, six], Ends(network, new PathRequest()));
        Assert.Equal([both], Ends(network, new PathRequest { PredictedPorts = [new ExitPort(443), new ExitPort(7)] }));
        Assert.Equal([both, web, six], Ends(network, new PathRequest { PredictedPorts = [new ExitPort(7)] }));
        Assert.Equal((PathFailure.NoExit, 3), Failure(network, new PathRequest { Ports = [new ExitPort(7)] }));
    }

    [Fact]
    public void An_internal_circuit_ends_anywhere_but_not_at_a_middle_only_relay_when_it_serves_an_onion_service()
    {
        var network = new TestNetwork();
        for (int i = 0; i < 5; i++)
        {
            network.Add(TestNetwork.Ordinary | RelayFlags.Guard);
        }

        int middleOnly = network.Add(TestNetwork.Ordinary | RelayFlags.MiddleOnly | RelayFlags.BadExit);
        var request = new PathRequest { IsInternal = true };

        Assert.Contains(middleOnly, Ends(network, request));
        Assert.Equal([0, 1, 2, 3, 4], Ends(network, request with { EndServesOnionService = true }));
    }

    [Fact]
    public void A_given_end_is_kept_if_it_is_usable()
    {
        TestNetwork network = CrowdedNetwork();
        NetworkView view = network.View();
        var selector = new PathSelector(new PathEnvironment(view), new SeededRandomSource(3));
        var request = new PathRequest { Length = 4, IsInternal = true, End = view.Relays[9] };

        Assert.Same(view.Relays[9], selector.Select(request, null, Now).Path!.End);
        PathResult refused = selector.Select(request with { Excluded = [view.Relays[9].RsaIdentity] }, null, Now);
        Assert.Equal((PathFailure.EndNotUsable, 4), (refused.Failure, refused.Hop));
    }

    [Fact]
    public void Failed_and_marked_down_relays_are_avoided_and_the_own_family_too()
    {
        TestNetwork network = CrowdedNetwork();
        NetworkView view = network.View();
        FrozenSet<RsaIdentity> failed = view.Relays.Where(relay => relay.Index % 3 == 0).Select(relay => relay.RsaIdentity).ToFrozenSet();
        var environment = new PathEnvironment(view)
        {
            IsMarkedDown = relay => relay.Index % 3 == 1,
            Self = view.Relays[2].RsaIdentity,
            Families = new FamilyRules { EnforceDistinctSubnets = false },
        };
        var selector = new PathSelector(environment, new SeededRandomSource(3));
        for (int i = 0; i < 200; i++)
        {
            CircuitPath path = selector.Select(new PathRequest { IsInternal = true, Excluded = failed }, null, Now).Path!;
            Assert.All(path.Hops, hop => Assert.Equal(2, hop.Index % 3));
            Assert.All(path.Hops, hop => Assert.False(environment.IsOwn(hop)));
        }
    }

    [Fact]
    public void Wishes_of_the_operator_hold_at_every_hop()
    {
        TestNetwork network = CrowdedNetwork();
        var constraints = new PathConstraints
        {
            ExcludeNodes = Set("relay3,relay21,relay30"),
            ExcludeExitNodes = Set("relay6"),
            EntryNodes = Set("relay0,relay2,relay30"),
            MiddleNodes = Set("relay10,relay11,relay12,relay3"),
            ExitNodes = Set("relay6,relay9,relay21,relay33"),
        };
        var environment = new PathEnvironment(network.View())
        {
            Constraints = constraints,
            Families = new FamilyRules { EnforceDistinctSubnets = false, UseFamilyIds = false, UseFamilyLists = false },
        };
        var selector = new PathSelector(environment, new SeededRandomSource(3));
        var seen = new HashSet<(int Hop, int Relay)>();
        for (int i = 0; i < 500; i++)
        {
            IReadOnlyList<Relay> hops = selector.Select(new PathRequest(), null, Now).Path!.Hops;
            seen.UnionWith(hops.Select((hop, index) => (index, hop.Index)));
        }

        Assert.Equal([(0, 0), (0, 2), (1, 10), (1, 11), (1, 12), (2, 9), (2, 33)], seen.Order());
    }

    [Fact]
    public void Stable_and_fast_are_wishes_that_give_way()
    {
        var network = new TestNetwork();
        for (int i = 0; i < 4; i++)
        {
            network.Add(TestNetwork.Ordinary | RelayFlags.Guard);
        }

        int stable = network.Add(TestNetwork.Ordinary, ports: [80]);
        int shaky = network.Add(TestNetwork.Ordinary & ~RelayFlags.Stable, ports: [80, 81]);
        int slow = network.Add(TestNetwork.Ordinary & ~RelayFlags.Fast, ports: [80]);
        var web = new PathRequest { Ports = [new ExitPort(80)] };

        Assert.Equal([stable, shaky], Ends(network, web));
        Assert.Equal([stable], Ends(network, web with { NeedsStable = true }));
        Assert.Equal([stable, shaky, slow], Ends(network, web with { NeedsFast = false }));
        Assert.Equal([shaky], Ends(network, new PathRequest { Ports = [new ExitPort(81)], NeedsStable = true }));
    }

    [Fact]
    public void Each_missing_position_has_its_own_reason()
    {
        var network = new TestNetwork();
        Assert.Equal((PathFailure.NoExit, 3), Failure(network, new PathRequest()));
        network.Add(TestNetwork.Ordinary | RelayFlags.Exit | RelayFlags.Guard, ports: [80]);
        Assert.Equal((PathFailure.NoGuard, 1), Failure(network, new PathRequest()));
        network.Add(TestNetwork.Ordinary | RelayFlags.Guard);
        Assert.Equal((PathFailure.NoMiddle, 2), Failure(network, new PathRequest()));
        Assert.Equal((PathFailure.None, 0), Failure(network, new PathRequest { Length = 2 }));
        network.Add(TestNetwork.Ordinary);
        Assert.Equal((PathFailure.None, 0), Failure(network, new PathRequest()));
        Assert.Equal((PathFailure.NoMiddle, 3), Failure(network, new PathRequest { Length = 4 }));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(9)]
    public void Other_lengths_are_a_fault_of_the_caller(int length) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Failure(new TestNetwork(), new PathRequest { Length = length }));

    [Fact]
    public void A_guard_that_gets_no_path_is_given_back()
    {
        var network = new TestNetwork();
        network.Add(TestNetwork.Ordinary | RelayFlags.Exit, ports: [80]);
        for (int i = 0; i < 4; i++)
        {
            network.Add(TestNetwork.Ordinary | RelayFlags.Guard, address: $"99.9.{i}.1"); // all in one /16: no middle
        }

        var environment = new PathEnvironment(network.View());
        GuardSelector guards = Guards(environment);
        foreach (Guard guard in guards.Sample.Primary)
        {
            guard.Reachability = GuardReachability.No;
            guard.LastTried = Now.Monotonic;
        }

        PathResult result = new PathSelector(environment, new SeededRandomSource(1)).Select(new PathRequest(), guards, Now);

        Assert.Equal(PathFailure.NoMiddle, result.Failure);
        Assert.All(guards.Sample.Sampled, guard => Assert.False(guard.IsPending));
    }

    [Fact]
    public void Parallel_circuits_can_ask_for_another_guard()
    {
        var environment = new PathEnvironment(CrowdedNetwork().View());
        GuardSelector guards = Guards(environment);
        var selector = new PathSelector(environment, new SeededRandomSource(8));
        RsaIdentity first = selector.Select(new PathRequest(), guards, Now).Path!.Hops[0].RsaIdentity;

        CircuitPath other = selector.Select(new PathRequest { ExcludedGuards = [first] }, guards, Now).Path!;

        Assert.NotEqual(first, other.Hops[0].RsaIdentity);
    }

    [Fact]
    public void Directory_paths_have_one_hop_and_exclusion_gives_way_unless_strict()
    {
        var network = new TestNetwork();
        network.Add(TestNetwork.Ordinary, withMicrodescriptor: false);
        network.Add(TestNetwork.Ordinary & ~RelayFlags.V2Dir);
        var environment = new PathEnvironment(network.View());
        PathResult Find(PathConstraints constraints, GuardRestriction? restriction = null) =>
            new PathSelector(environment with { Constraints = constraints }, new SeededRandomSource(2)).SelectDirectory(null, restriction, Now);

        Assert.Equal([0], Find(PathConstraints.None).Path!.Hops.Select(hop => hop.Index));
        Assert.Equal(PathFailure.NoDirectory, Find(PathConstraints.None, GuardRestriction.OutdatedDirectories([TestNetwork.Identity(0)])).Failure);
        var excluded = new PathConstraints { ExcludeNodes = Set("relay0") };
        Assert.True(Find(excluded).IsFound);
        Assert.Equal(PathFailure.NoDirectory, Find(excluded with { StrictNodes = true }).Failure);
    }

    [Fact]
    public void Directory_guards_are_used_when_guards_are_kept()
    {
        var environment = new PathEnvironment(CrowdedNetwork().View());
        GuardSelector guards = Guards(environment);

        PathResult result = new PathSelector(environment, new SeededRandomSource(2)).SelectDirectory(guards, null, Now);

        Assert.Contains(result.Path!.GuardUse!.Guard, guards.Sample.Primary);
        Assert.Equal(GuardUsage.Directory, result.Path.GuardUse.Usage);
    }

    /// <summary>120 relays that crowd in 40 subnets, with families of both kinds.</summary>
    private static TestNetwork CrowdedNetwork()
    {
        var network = new TestNetwork();
        for (int i = 0; i < 120; i++)
        {
            network.Add(
                TestNetwork.Ordinary | (i % 2 == 0 ? RelayFlags.Guard : 0) | (i % 3 == 0 ? RelayFlags.Exit : 0),
                bandwidth: 100 + (i * 7919 % 5000),
                ports: i % 3 == 0 ? [80, 443] : null,
                address: $"{20 + (i % 40)}.1.{i}.1",
                family: i % 10 == 4 ? [.. Enumerable.Range(0, 12).Select(k => $"relay{(10 * k) + 4}")] : null,
                familyIds: i % 15 == 0 ? ["ed25519:one"] : null);
        }

        return network;
    }

    private static GuardSelector Guards(PathEnvironment environment)
    {
        var sample = new GuardSample(GuardSampleKind.Default, new GuardOptions(), new SeededRandomSource(77));
        sample.Update(environment, Now);
        return new GuardSelector(sample, new SeededRandomSource(78));
    }

    private static RelaySet Set(string text) => RelaySet.TryParse(text, out RelaySet? set, out string? bad) ? set! : throw new ArgumentException(bad);

    private static string Subnet(Relay relay) => string.Join('.', relay.IPv4Address.Address.ToString().Split('.')[..2]);

    private static int[] Ends(TestNetwork network, PathRequest request)
    {
        var selector = new PathSelector(new PathEnvironment(network.View()), new SeededRandomSource(9));
        return [.. Enumerable.Range(0, 200).Select(_ => selector.Select(request, null, Now).Path!.End.Index).Distinct().Order()];
    }

    private static (PathFailure Failure, int Hop) Failure(TestNetwork network, PathRequest request)
    {
        PathResult result = new PathSelector(new PathEnvironment(network.View()), new SeededRandomSource(9)).Select(request, null, Now);
        return (result.Failure, result.Hop);
    }
}
