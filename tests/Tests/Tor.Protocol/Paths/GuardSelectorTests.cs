using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Documents;
using Tunic.Tor.Protocol.Paths;
using Tunic.Tor.Protocol.Paths.Guards;

namespace Tunic.Tests.Tor.Protocol.Paths;

/// <summary>Rules of guard-spec sections 4.6 to 4.9 and 4.12; facts from stock tor 0.4.9.11, src/test/test_entrynodes.c.</summary>
public sealed class GuardSelectorTests
{
    [Fact]
    public void The_first_primary_guard_is_used_again_and_again_while_it_may_work()
    {
        var bed = new GuardTestBed();

        GuardUse first = bed.Select();
        GuardUse second = bed.Select();

        Assert.Same(bed.Sample.Primary[0], first.Guard);
        Assert.Same(first.Guard, second.Guard);
        Assert.Equal(GuardUseState.UsableOnCompletion, first.State);
        Assert.False(first.Guard.IsPending);
        Assert.Equal(bed.Now.Monotonic, first.Guard.LastTried);
        Assert.Same(bed.RelayOf(first.Guard), first.Relay);
    }

    [Fact]
    public void A_primary_guard_that_fails_is_passed_over_until_its_retry()
    {
        var bed = new GuardTestBed();
        GuardUse use = bed.Select();
        bed.Selector.Failed(use, bed.Now);
        Assert.Equal(GuardUseState.Dead, use.State);

        GuardUse next = bed.Select();
        Assert.Same(bed.Sample.Primary[1], next.Guard);
        Assert.Equal(GuardUseState.UsableOnCompletion, next.State);

        bed.Pass(TimeSpan.FromMinutes(10));
        Assert.Same(use.Guard, bed.Select().Guard);
    }

    [Fact]
    public void When_all_primary_guards_are_down_each_further_guard_is_tried_once_at_a_time()
    {
        var bed = new GuardTestBed();
        bed.FailPrimary(confirm: false);

        GuardUse one = bed.Select();
        GuardUse two = bed.Select();

        Assert.Equal([3, 4], new[] { one, two }.Select(use => use.Guard.SampledIndex));
        Assert.All([one, two], use => Assert.Equal(GuardUseState.UsableIfNoBetterGuard, use.State));
        Assert.All([one, two], use => Assert.True(use.Guard.IsPending && !use.Guard.IsPrimary));
    }

    [Fact]
    public void Confirmed_guards_come_before_the_rest_of_the_sample()
    {
        var bed = new GuardTestBed();
        foreach (int index in Enumerable.Range(0, 10))
        {
            bed.Sample.Confirm(bed.Sample.Sampled[index], bed.Now);
        }

        bed.FailPrimary(confirm: false);
        Assert.Equal(3, bed.Select().Guard.ConfirmedIndex);
        Assert.Equal(4, bed.Select().Guard.ConfirmedIndex);

        var restriction = GuardRestriction.ForExit(bed.RelayOf(bed.Sample.Confirmed[5]));
        Assert.Equal(6, bed.Select(restriction).Guard.ConfirmedIndex);

        int[] rest = [.. Enumerable.Range(0, 4).Select(_ => bed.Select().Guard.ConfirmedIndex)];
        Assert.Equal([5, 7, 8, 9], rest);
        Assert.False(bed.Select().Guard.IsConfirmed);
    }

    [Fact]
    public void An_exit_in_everybodys_subnet_leaves_no_guard()
    {
        // Stock's regression test for TROVE-2017-006.
        var network = new TestNetwork();
        for (int i = 0; i < 40; i++)
        {
            network.Add(TestNetwork.Ordinary | RelayFlags.Guard, address: "4.2.2.2");
        }

        var bed = new GuardTestBed(network: network) { Families = new FamilyRules() };
        bed.Update();

        Assert.Null(bed.TrySelect(GuardRestriction.ForExit(bed.Environment.View.Relays[0])));
        Assert.NotNull(bed.TrySelect());
    }

    [Fact]
    public void The_exits_family_is_no_guard_and_the_next_primary_takes_its_place()
    {
        var network = TestNetwork.OfStockTests();
        var bed = new GuardTestBed(network: network);
        Guard first = bed.Sample.Primary[0];
        Relay exit = bed.Environment.View.Relays.First(relay => relay.Index % 7 == 0 && bed.Sample.Find(relay.RsaIdentity) is null);
        Relay guard = bed.RelayOf(first);
        network.Microdescriptors[exit.Status.MicrodescriptorDigest] = exit.Microdescriptor! with { Family = [guard.Status.Nickname] };
        network.Microdescriptors[guard.Status.MicrodescriptorDigest] = guard.Microdescriptor! with { Family = [exit.Status.Nickname] };
        bed.Update();

        GuardUse use = bed.Select(GuardRestriction.ForExit(bed.Environment.View.Relays[exit.Index]));

        Assert.Same(bed.Sample.Primary[1], use.Guard);
        Assert.Equal(GuardUseState.UsableOnCompletion, use.State);
    }

    [Fact]
    public void A_path_restriction_counts_as_considered_but_an_outdated_directory_does_not()
    {
        var bed = new GuardTestBed(new GuardOptions { EntryGuards = 2 });
        Guard[] primary = [.. bed.Sample.Primary];
        HashSet<Guard> Chosen(GuardRestriction restriction) => [.. Enumerable.Range(0, 60).Select(_ => bed.Select(restriction).Guard)];

        Assert.Equal([primary[1]], Chosen(GuardRestriction.ForExit(bed.RelayOf(primary[0]))));
        Assert.Equal([primary[1], primary[2]], Chosen(GuardRestriction.OutdatedDirectories([primary[0].Identity])).OrderBy(guard => guard.SampledIndex));
    }

    [Fact]
    public void Directory_requests_spread_over_three_primary_guards_and_need_no_microdescriptor()
    {
        var bed = new GuardTestBed();
        bed.Network.Microdescriptors.Clear();
        bed.Update();

        HashSet<Guard> chosen = [.. Enumerable.Range(0, 200).Select(_ => bed.TrySelect(usage: GuardUsage.Directory)!.Guard)];

        Assert.Equal(bed.Sample.Primary.ToHashSet(), chosen);
        Assert.Null(bed.TrySelect());
    }

    [Fact]
    public void Outdated_directories_are_avoided_only_while_ten_guards_are_left()
    {
        RsaIdentity[] outdated = [TestNetwork.Identity(0)];
        var small = new GuardTestBed(network: TestNetwork.OfStockTests(15));
        Assert.Null(small.Selector.RestrictOutdated(outdated, small.Now));
        var large = new GuardTestBed();
        Assert.NotNull(large.Selector.RestrictOutdated(outdated, large.Now));
        Assert.Null(large.Selector.RestrictOutdated([], large.Now));
    }

    [Fact]
    public void A_guard_without_microdescriptor_is_passed_over_for_circuits()
    {
        var bed = new GuardTestBed();
        bed.Network.Microdescriptors.Remove(TestNetwork.Digest(bed.NumberOf(bed.Sample.Primary[0])));
        bed.Update();

        Assert.Same(bed.Sample.Primary[1], bed.Select().Guard);
    }

    [Fact]
    public void A_marked_down_guard_is_skipped_and_keeps_its_place()
    {
        var bed = new GuardTestBed();
        Guard[] primary = [.. bed.Sample.Primary];
        HashSet<RsaIdentity> down = [primary[0].Identity];
        bed.IsMarkedDown = relay => down.Contains(relay.RsaIdentity);
        bed.Update();

        Assert.Same(primary[1], bed.Select().Guard);
        Assert.Equal(primary, bed.Sample.Primary);
        Assert.Equal(GuardReachability.Maybe, primary[0].Reachability);
        Assert.Equal(20, bed.Sample.Sampled.Count);

        down.UnionWith(primary.Select(guard => guard.Identity));
        Assert.True(bed.Selector.AreAllPrimaryDown(bed.Now));
        Assert.Equal(3, bed.Select().Guard.SampledIndex);

        down.Clear();
        Assert.Same(primary[0], bed.Select().Guard);
    }

    [Fact]
    public void A_guard_that_failed_and_is_no_longer_marked_down_is_tried_again_at_once()
    {
        var bed = new GuardTestBed();
        Guard guard = bed.Sample.Primary[0];
        bed.Selector.Failed(bed.Select(), bed.Now);
        bed.IsMarkedDown = relay => relay.RsaIdentity == guard.Identity;
        bed.Update();
        Assert.Equal(GuardReachability.No, guard.Reachability);

        bed.IsMarkedDown = null;
        bed.Update();

        Assert.Same(guard, bed.Select().Guard);
    }

    [Fact]
    public void When_no_guard_is_left_all_are_worth_a_new_try()
    {
        var bed = new GuardTestBed(network: TestNetwork.OfStockTests(9));
        for (int i = 0; i < 5; i++)
        {
            bed.Selector.Failed(bed.Select(), bed.Now);
        }

        Assert.Null(bed.TrySelect());
        Assert.All(bed.Sample.Sampled, guard => Assert.Equal(GuardReachability.Maybe, guard.Reachability));
        Assert.Same(bed.Sample.Primary[0], bed.Select().Guard);
    }

    [Fact]
    public void A_network_without_guards_gives_none()
    {
        var network = new TestNetwork();
        network.Add(TestNetwork.Ordinary);

        Assert.Null(new GuardTestBed(network: network).TrySelect());
    }

    [Fact]
    public void Success_through_a_primary_guard_confirms_it_and_completes_the_circuit()
    {
        var bed = new GuardTestBed();
        GuardUse use = bed.Select();
        bed.Pass(TimeSpan.FromSeconds(15));

        Assert.Equal(GuardVerdict.UsableNow, bed.Selector.Succeeded(use, bed.Now));

        Assert.Equal((GuardUseState.Complete, bed.Now.Monotonic), (use.State, use.StateSince));
        Assert.Equal((GuardReachability.Yes, 0), (use.Guard.Reachability, use.Guard.ConfirmedIndex));

        GuardUse again = bed.Select();
        Assert.Same(use.Guard, again.Guard);
        bed.Selector.Failed(again, bed.Now);
        Assert.Equal((GuardReachability.No, bed.Now.Monotonic), (again.Guard.Reachability, again.Guard.FailingSince));
        Assert.True(again.Guard.IsConfirmed);

        GuardUse other = bed.Select();
        Assert.NotSame(use.Guard, other.Guard);
        Assert.Equal(GuardVerdict.UsableNow, bed.Selector.Succeeded(other, bed.Now));
        Assert.Equal(1, other.Guard.ConfirmedIndex);
    }

    [Fact]
    public void A_guard_that_becomes_primary_by_its_first_success_is_used_at_once()
    {
        var bed = new GuardTestBed();
        bed.FailPrimary(confirm: false);
        GuardUse use = bed.Select();
        Assert.Equal(GuardUseState.UsableIfNoBetterGuard, use.State);

        Assert.Equal(GuardVerdict.UsableNow, bed.Selector.Succeeded(use, bed.Now));

        Assert.Equal(GuardUseState.Complete, use.State);
        Assert.True(use.Guard.IsPrimary && use.Guard.ConfirmedIndex == 0 && !use.Guard.IsPending);
    }

    [Fact]
    public void A_success_after_a_long_silence_gives_the_primary_guards_a_new_try()
    {
        var bed = new GuardTestBed();
        bed.FailPrimary(confirm: true);
        GuardUse use = bed.Select();
        Assert.True(bed.Selector.AreAllPrimaryDown(bed.Now));
        bed.Pass(TimeSpan.FromMinutes(9)); // too early for a scheduled retry

        GuardUse early = bed.Select();
        bed.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(GuardVerdict.MaybeUsableLater, bed.Selector.Succeeded(early, bed.Now));
        Assert.All(bed.Sample.Primary, guard => Assert.Equal(GuardReachability.No, guard.Reachability));

        foreach (Guard guard in bed.Sample.Primary)
        {
            guard.LastTried = bed.Now.Monotonic; // keep the schedule out of it
        }

        bed.Pass(TimeSpan.FromMinutes(10) + TimeSpan.FromSeconds(1));
        foreach (Guard guard in bed.Sample.Primary)
        {
            guard.LastTried = bed.Now.Monotonic;
        }

        Assert.Equal(GuardVerdict.MaybeUsableLater, bed.Selector.Succeeded(use, bed.Now));
        Assert.Equal(GuardUseState.WaitingForBetterGuard, use.State);
        Assert.All(bed.Sample.Primary, guard => Assert.Equal(GuardReachability.Maybe, guard.Reachability));

        GuardUse primary = bed.Select();
        Assert.Equal(GuardVerdict.UsableNow, bed.Selector.Succeeded(primary, bed.Now));
        Assert.False(bed.Selector.AreAllPrimaryDown(bed.Now));
    }

    [Fact]
    public void Success_of_a_guard_that_left_the_sample_makes_no_usable_circuit()
    {
        var bed = new GuardTestBed();
        GuardUse use = bed.Select();
        use.Guard.SampledOn = bed.Now.Utc.AddDays(-365);
        bed.Update();

        Assert.Equal(GuardVerdict.Never, bed.Selector.Succeeded(use, bed.Now));
        bed.Selector.Failed(use, bed.Now);
        Assert.Equal(GuardUseState.Dead, use.State);
    }

    [Fact]
    public void A_cancelled_guard_is_neither_pending_nor_blamed()
    {
        var bed = new GuardTestBed();
        bed.FailPrimary(confirm: true);
        GuardUse use = bed.Select();
        Assert.True(use.Guard.IsPending);

        bed.Selector.Cancel(use, bed.Now);

        Assert.False(use.Guard.IsPending);
        Assert.Equal(GuardReachability.Maybe, use.Guard.Reachability);
        Assert.Same(use.Guard, bed.Select().Guard);
    }

    [Fact]
    public void The_better_of_two_waiting_circuits_is_upgraded_and_then_holds_the_other_back()
    {
        UpgradeBed up = new(oneDone: true, twoDone: true);

        Assert.Equal([up.One], up.Upgrade());
        Assert.Equal(GuardUseState.Complete, up.One.State);
        Assert.Empty(up.Upgrade());
        Assert.Equal(GuardUseState.WaitingForBetterGuard, up.Two.State);
    }

    [Fact]
    public void Nothing_is_upgraded_while_a_primary_guard_may_answer()
    {
        UpgradeBed up = new(oneDone: true, twoDone: true);
        GuardSample.MarkMaybeReachable(up.Bed.Sample.Primary);

        Assert.Empty(up.Upgrade());
    }

    [Fact]
    public void Without_waiting_circuits_nothing_is_upgraded() => Assert.Empty(new UpgradeBed(oneDone: false, twoDone: false).Upgrade());

    [Fact]
    public void A_better_complete_circuit_does_not_block_one_that_cannot_use_its_guard()
    {
        UpgradeBed up = new(oneDone: true, twoDone: true);
        up.Two.Restriction = GuardRestriction.ForExit(up.Bed.RelayOf(up.One.Guard));

        Assert.Equal([up.One], up.Upgrade());
        Assert.Equal([up.Two], up.Upgrade());
    }

    [Fact]
    public void A_worse_complete_circuit_does_not_block()
    {
        UpgradeBed up = new(oneDone: true, twoDone: true);
        up.Two.MoveTo(GuardUseState.Complete, up.Bed.Now.Monotonic);

        Assert.Equal([up.One], up.Upgrade());
    }

    [Fact]
    public void A_better_circuit_under_construction_blocks_for_fifteen_seconds()
    {
        UpgradeBed up = new(oneDone: false, twoDone: true);
        up.PreferOne();

        Assert.Empty(up.Upgrade());
        up.Bed.Pass(TimeSpan.FromSeconds(8)); // 27 + 15 = 42; now 41
        Assert.Empty(up.Upgrade());
        up.Bed.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal([up.Two], up.Upgrade());
    }

    [Fact]
    public void A_better_circuit_under_construction_does_not_block_one_that_cannot_use_its_guard()
    {
        UpgradeBed up = new(oneDone: false, twoDone: true);
        up.PreferOne();
        up.Two.Restriction = GuardRestriction.ForExit(up.Bed.RelayOf(up.One.Guard));

        Assert.Equal([up.Two], up.Upgrade());
    }

    [Fact]
    public void A_worse_circuit_under_construction_does_not_block() =>
        Assert.Single(new UpgradeBed(oneDone: true, twoDone: false).Upgrade());

    [Fact]
    public void A_circuit_waits_ten_minutes_and_no_longer()
    {
        UpgradeBed up = new(oneDone: true, twoDone: false);
        up.Bed.Pass(TimeSpan.FromMinutes(10) - TimeSpan.FromSeconds(5));
        Assert.False(up.Bed.Selector.ShouldExpire(up.One, up.Bed.Now));
        up.Bed.Pass(TimeSpan.FromSeconds(10));
        Assert.True(up.Bed.Selector.ShouldExpire(up.One, up.Bed.Now));
        Assert.False(up.Bed.Selector.ShouldExpire(up.Two, up.Bed.Now));
    }

    /// <summary>Stock's upgrade_circuits_setup: primary guards confirmed and down, two circuits through further guards.</summary>
    private sealed class UpgradeBed
    {
        public UpgradeBed(bool oneDone, bool twoDone)
        {
            Bed.FailPrimary(confirm: true);
            Bed.Pass(TimeSpan.FromSeconds(27));
            One = Bed.Select();
            Bed.Pass(TimeSpan.FromSeconds(3));
            Two = Bed.Select();
            Assert.NotSame(One.Guard, Two.Guard);
            Bed.Pass(TimeSpan.FromSeconds(3));
            foreach (GuardUse use in new[] { (One, oneDone), (Two, twoDone) }.Where(pair => pair.Item2).Select(pair => pair.Item1))
            {
                Assert.Equal(GuardVerdict.MaybeUsableLater, Bed.Selector.Succeeded(use, Bed.Now));
            }
        }

        public GuardTestBed Bed { get; } = new();

        public GuardUse One { get; }

        public GuardUse Two { get; }

        public IReadOnlyList<GuardUse> Upgrade() => Bed.Selector.UpgradeWaiting([One, Two], Bed.Now);

        public void PreferOne()
        {
            Bed.Sample.Confirm(One.Guard, Bed.Now);
            (One.Guard.ConfirmedIndex, Two.Guard.ConfirmedIndex) = (Two.Guard.ConfirmedIndex, One.Guard.ConfirmedIndex);
        }
    }

}
