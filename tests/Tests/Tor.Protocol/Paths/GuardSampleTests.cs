using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.Documents;
using Tunic.Tor.Protocol.Paths;
using Tunic.Tor.Protocol.Paths.Guards;

namespace Tunic.Tests.Tor.Protocol.Paths;

/// <summary>Rules of guard-spec sections 4.1 to 4.5 and 4.10; facts from stock tor 0.4.9.11, src/test/test_entrynodes.c.</summary>
public sealed class GuardSampleTests
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    [Fact]
    public void A_new_guard_is_listed_allowed_maybe_reachable_and_dated_back_at_most_a_tenth_of_its_lifetime()
    {
        var bed = new GuardTestBed();
        Guard guard = bed.Sample.Sampled[0];

        Assert.InRange(guard.SampledOn, bed.Now.Utc.AddDays(-12), bed.Now.Utc);
        Assert.Equal(0, guard.SampledOn.Ticks % TimeSpan.TicksPerSecond);
        Assert.True(guard.IsListed && guard.IsFiltered && guard.IsUsable);
        Assert.Equal(GuardReachability.Maybe, guard.Reachability);
        Assert.Equal((0, -1, "0.4.9.11"), (guard.SampledIndex, guard.ConfirmedIndex, guard.SampledBy));
        Assert.Null(guard.ConfirmedOn);
        Assert.Null(guard.LastTried);
        Assert.Same(guard, bed.Sample.Find(guard.Identity));
        Assert.Null(bed.Sample.Find(default));
    }

    [Fact]
    public void The_sample_grows_to_twenty_usable_guards_of_the_network_each_once()
    {
        var bed = new GuardTestBed();

        Assert.Equal(20, bed.Sample.Sampled.Count);
        Assert.Equal(20, bed.Sample.Sampled.Select(guard => guard.Identity).Distinct().Count());
        Assert.All(bed.Sample.Sampled, guard => Assert.True(bed.RelayOf(guard).IsGuardCandidate));
        Assert.Equal(0, bed.Sample.Expand(bed.Now));
    }

    [Fact]
    public void Guards_that_become_unusable_are_made_up_for()
    {
        var bed = new GuardTestBed();
        foreach (Guard guard in bed.Sample.Sampled.Take(3))
        {
            guard.Reachability = GuardReachability.No;
            guard.LastTried = bed.Now.Monotonic;
        }

        Assert.Equal(3, bed.Sample.Expand(bed.Now));
        Assert.Equal(20, bed.Sample.CountUsable(null, bed.Now));
        Assert.Equal(23, bed.Sample.Sampled.Count);
    }

    [Fact]
    public void The_sample_never_passes_a_fifth_of_the_guards()
    {
        var bed = new GuardTestBed();
        Assert.True(RelaySet.TryParse("12.0.0.0/8,11.64.0.0/10,11.128.0.0/9,11.0.0.0/10", out RelaySet? all, out _));
        bed.Constraints = new PathConstraints { ExcludeNodes = all };

        bed.Update();

        Assert.Equal(0, bed.Sample.CountUsable(null, bed.Now));
        Assert.Equal(136 / 5, bed.Sample.Sampled.Count);
    }

    [Fact]
    public void The_sample_never_passes_sixty_and_a_small_network_is_sampled_whole()
    {
        var constraints = new PathConstraints { IsReachable = _ => false };
        var large = new GuardTestBed(network: TestNetwork.OfStockTests(2000)) { Constraints = constraints };
        large.Update();
        Assert.Equal(60, large.Sample.Sampled.Count);

        var small = new GuardTestBed(network: TestNetwork.OfStockTests(15)) { Constraints = constraints };
        small.Update();
        Assert.Equal(8, small.Sample.Sampled.Count);
        Assert.Equal(0, small.Sample.CountUsable(null, small.Now));
    }

    [Fact]
    public void Guards_need_Guard_Stable_Fast_V2Dir_and_Valid_and_are_not_middle_only()
    {
        var network = new TestNetwork();
        foreach (RelayFlags missing in new[] { RelayFlags.Guard, RelayFlags.Stable, RelayFlags.Fast, RelayFlags.V2Dir, RelayFlags.Valid })
        {
            network.Add((TestNetwork.Ordinary | RelayFlags.Guard) & ~missing);
        }

        network.Add(TestNetwork.Ordinary | RelayFlags.Guard | RelayFlags.MiddleOnly);
        network.Add(TestNetwork.Ordinary | RelayFlags.Guard);
        var bed = new GuardTestBed(network: network);

        Assert.Equal([6], bed.Sample.Sampled.Select(bed.NumberOf));
    }

    [Fact]
    public void Sampling_follows_bandwidth()
    {
        var network = new TestNetwork();
        for (int i = 0; i < 200; i++)
        {
            network.Add(TestNetwork.Ordinary | RelayFlags.Guard, i < 100 ? 9000 : 1000);
        }

        var bed = new GuardTestBed(network: network);

        Assert.InRange(bed.Sample.Sampled.Count(guard => bed.NumberOf(guard) < 100), 14, 20);
    }

    [Fact]
    public void Filtering_takes_out_the_excluded_the_unreachable_and_those_outside_EntryNodes()
    {
        var bed = new GuardTestBed();
        IReadOnlyList<Guard> guards = bed.Sample.Sampled;
        Assert.True(RelaySet.TryParse(guards[1].Nickname, out RelaySet? excluded, out _));
        Relay unreachable = bed.RelayOf(guards[2]);
        bed.Constraints = new PathConstraints { ExcludeNodes = excluded, IsReachable = relay => relay.RsaIdentity != unreachable.RsaIdentity };
        bed.Update();

        Assert.Equal([1, 2], Enumerable.Range(0, 20).Where(i => !guards[i].IsFiltered));
        Assert.Contains(guards[1], bed.Sample.Sampled);

        Assert.True(RelaySet.TryParse(guards[4].Nickname, out RelaySet? entries, out _));
        bed.Constraints = new PathConstraints { EntryNodes = entries };
        bed.Update();
        Assert.Equal([guards[4]], bed.Sample.Sampled.Where(guard => guard.IsFiltered));
        Assert.Equal([guards[4]], bed.Sample.Primary);
    }

    [Fact]
    public void Unlisted_guards_leave_the_filter_but_stay_in_the_sample_until_listed_again()
    {
        var bed = new GuardTestBed();
        Guard[] guards = [.. bed.Sample.Sampled];
        for (int i = 0; i < 5; i++)
        {
            bed.Unlist(guards[i]);
        }

        bed.Update(isStale: true);
        Assert.All(guards, guard => Assert.True(guard.IsListed)); // a stale consensus changes nothing

        bed.Pass(TimeSpan.FromMinutes(1));
        bed.Update();
        Assert.Equal([.. guards[..5]], guards.Where(guard => !guard.IsListed));
        Assert.All(guards[..5], guard => Assert.InRange(guard.UnlistedSince!.Value, bed.Now.Utc.AddDays(-4), bed.Now.Utc));
        Assert.All(guards[..5], guard => Assert.False(guard.IsFiltered));
        DateTime? first = guards[1].UnlistedSince;

        bed.Relist(guards[0]);
        bed.Pass(TimeSpan.FromMinutes(5));
        bed.Update();
        Assert.True(guards[0].IsListed);
        Assert.Null(guards[0].UnlistedSince);
        Assert.Equal(first, guards[1].UnlistedSince);
    }

    [Fact]
    public void Inconsistent_dates_of_listing_are_repaired()
    {
        var bed = new GuardTestBed();
        Guard[] guards = [.. bed.Sample.Sampled];
        bed.Unlist(guards[0]);
        guards[0].IsListed = false;
        guards[3].UnlistedSince = bed.Now.Utc;

        bed.Update();

        Assert.NotNull(guards[0].UnlistedSince);
        Assert.Null(guards[3].UnlistedSince);
    }

    [Fact]
    public void Guards_leave_when_long_unlisted_never_confirmed_or_confirmed_long_ago()
    {
        var bed = new GuardTestBed();
        Guard[] guards = [.. bed.Sample.Sampled];
        DateTime now = bed.Now.Utc;
        foreach ((int number, int days) in new[] { (0, 1), (1, 365) })
        {
            bed.Unlist(guards[number]);
            guards[number].IsListed = false;
            guards[number].UnlistedSince = now.AddDays(-days);
        }

        guards[2].SampledOn = now.AddDays(-1);
        guards[3].SampledOn = now.AddDays(-365);
        foreach ((int number, int sampled, int confirmed) in new[] { (4, 365, 1), (5, 730, 365), (6, 1, 61) })
        {
            guards[number].SampledOn = now.AddDays(-sampled);
            bed.Sample.Confirm(guards[number], bed.Now);
            guards[number].ConfirmedOn = now.AddDays(-confirmed);
        }

        bed.Update();

        Assert.Equal([1, 3, 5, 6], Enumerable.Range(0, 20).Where(i => bed.Sample.Find(guards[i].Identity) is null));
        Assert.Equal([guards[4]], bed.Sample.Confirmed);
        Assert.Contains(guards[4], bed.Sample.Primary);
        Assert.DoesNotContain(guards[5], bed.Sample.Primary);
        Assert.Equal(0, guards[4].ConfirmedIndex);
    }

    [Fact]
    public void Confirmed_guards_remember_their_turn_but_are_preferred_in_order_of_sampling()
    {
        var bed = new GuardTestBed();
        Guard first = bed.Sample.Sampled[0];
        Guard second = bed.Sample.Sampled[1];
        Guard ninth = bed.Sample.Sampled[8];

        bed.Sample.Confirm(second, bed.Now);
        bed.Sample.Confirm(first, bed.Now);
        bed.Sample.Confirm(ninth, bed.Now);

        Assert.Equal((1, 0, 2), (first.ConfirmedIndex, second.ConfirmedIndex, ninth.ConfirmedIndex));
        Assert.Equal([first, second, ninth], bed.Sample.Confirmed);
        Assert.InRange(first.ConfirmedOn!.Value, bed.Now.Utc.AddDays(-12), bed.Now.Utc);

        (second.ConfirmedIndex, first.ConfirmedIndex, ninth.ConfirmedIndex) = (0, 10, 100);
        bed.Update();
        Assert.Equal((1, 0, 2), (first.ConfirmedIndex, second.ConfirmedIndex, ninth.ConfirmedIndex));
    }

    [Fact]
    public void Three_primary_guards_are_kept_and_a_confirmed_one_drives_out_the_last()
    {
        var bed = new GuardTestBed();
        Guard[] before = [.. bed.Sample.Primary];
        Assert.Equal([.. bed.Sample.Sampled.Take(3)], before);
        Assert.All(before, guard => Assert.True(guard.IsPrimary && !guard.IsConfirmed));

        bed.Sample.UpdatePrimary(bed.Now);
        Assert.Equal(before, bed.Sample.Primary);

        Guard confirmed = bed.Sample.Sampled[9];
        bed.Sample.Confirm(confirmed, bed.Now);
        bed.Sample.UpdatePrimary(bed.Now);
        Assert.Equal([before[0], before[1], confirmed], bed.Sample.Primary);
        Assert.False(before[2].IsPrimary);
    }

    [Fact]
    public void Primary_guards_may_be_down_and_stay_primary()
    {
        var bed = new GuardTestBed();
        Guard[] before = [.. bed.Sample.Primary];
        bed.Selector.Failed(bed.Select(), bed.Now);

        bed.Update();

        Assert.Equal(before, bed.Sample.Primary);
    }

    [Fact]
    public void The_list_of_primaries_is_filled_from_confirmed_former_and_sampled_guards_in_order_of_sampling()
    {
        var bed = new GuardTestBed();
        bed.Sample.Confirm(bed.Sample.Sampled[2], bed.Now);
        bed.Sample.UpdatePrimary(bed.Now);
        Assert.Equal([0, 1, 2], bed.Sample.Primary.Select(guard => guard.SampledIndex));

        Guard first = bed.Select().Guard;
        Assert.Same(bed.Sample.Primary[0], first);
        first.Reachability = GuardReachability.No;
        first.FailingSince = first.LastTried = bed.Now.Monotonic - TimeSpan.FromSeconds(10);
        bed.Sample.UpdatePrimary(bed.Now);
        Assert.Equal(1, bed.Select().Guard.SampledIndex);
    }

    [Theory]
    [InlineData(0, 10, 60)]
    [InlineData(6, 10, 60)]
    [InlineData(7, 90, 240)]
    [InlineData(96, 90, 240)]
    [InlineData(97, 240, 18 * 60)]
    [InlineData(168, 240, 18 * 60)]
    [InlineData(169, 540, 36 * 60)]
    [InlineData(10_000, 540, 36 * 60)]
    public void The_retry_schedule_grows_with_the_time_of_failing(int hours, int primaryMinutes, int otherMinutes)
    {
        Assert.Equal(TimeSpan.FromMinutes(primaryMinutes), GuardRetrySchedule.Delay(TimeSpan.FromHours(hours), true));
        Assert.Equal(TimeSpan.FromMinutes(otherMinutes), GuardRetrySchedule.Delay(TimeSpan.FromHours(hours), false));
    }

    [Fact]
    public void A_failed_guard_is_maybe_reachable_again_when_its_time_has_come()
    {
        var bed = new GuardTestBed();
        Guard primary = bed.Sample.Primary[0];
        Guard other = bed.Sample.Sampled[9];
        foreach (Guard guard in new[] { primary, other })
        {
            guard.Reachability = GuardReachability.No;
            guard.FailingSince = guard.LastTried = bed.Now.Monotonic;
        }

        (int Minute, GuardReachability Primary, GuardReachability Other)[] steps =
        [
            (5, GuardReachability.No, GuardReachability.No),
            (35, GuardReachability.Maybe, GuardReachability.No),
            (61, GuardReachability.Maybe, GuardReachability.Maybe),
        ];
        int passed = 0;
        foreach ((int minute, GuardReachability expectedPrimary, GuardReachability expectedOther) in steps)
        {
            bed.Pass(TimeSpan.FromMinutes(minute - passed));
            passed = minute;
            GuardSample.ConsiderRetry(primary, bed.Now);
            GuardSample.ConsiderRetry(other, bed.Now);
            Assert.Equal((expectedPrimary, expectedOther), (primary.Reachability, other.Reachability));
        }

        Assert.NotNull(primary.FailingSince); // forgotten only by a success
    }

    [Fact]
    public void Confirmed_beats_pending_beats_the_rest_and_the_earlier_try_wins()
    {
        var one = new Guard(TestNetwork.Identity(1), "one") { LastTried = TimeSpan.FromSeconds(100) };
        var two = new Guard(TestNetwork.Identity(2), "two") { LastTried = TimeSpan.FromSeconds(100) };
        void AssertOrder(bool oneFirst, bool twoFirst) =>
            Assert.Equal((oneFirst, twoFirst), (one.HasHigherPriorityThan(two), two.HasHigherPriorityThan(one)));

        AssertOrder(false, false);
        Assert.False(one.HasHigherPriorityThan(one));
        one.IsPending = true;
        AssertOrder(true, false);
        two.IsPending = true;
        AssertOrder(false, false);
        two.LastTried = TimeSpan.FromSeconds(90);
        AssertOrder(false, true);
        one.ConfirmedIndex = 5;
        AssertOrder(true, false);
        two.ConfirmedIndex = 2;
        AssertOrder(false, true);
    }

    [Fact]
    public void The_first_two_primary_guards_must_have_microdescriptors()
    {
        var bed = new GuardTestBed();
        Assert.Empty(bed.Sample.PrimaryWithoutMicrodescriptor);
        foreach (Guard guard in bed.Sample.Primary)
        {
            bed.Network.Microdescriptors.Remove(TestNetwork.Digest(bed.NumberOf(guard)));
        }

        bed.Update();

        Assert.Equal([.. bed.Sample.Primary.Take(2)], bed.Sample.PrimaryWithoutMicrodescriptor);
    }

    [Fact]
    public void Numbers_come_from_the_consensus_clamped_and_the_operator_overrides_them()
    {
        var network = new TestNetwork();
        network.Parameters["guard-n-primary-guards"] = 7;
        network.Parameters["guard-lifetime-days"] = 1_000_000;
        network.Parameters["guard-max-sample-threshold-percent"] = 0;

        GuardParameters plain = GuardParameters.From(network.View().Consensus, new GuardOptions());
        Assert.Equal((7, 1, 3), (plain.PrimaryGuards, plain.PrimaryGuardsToUse, plain.PrimaryDirectoryGuardsToUse));
        Assert.Equal(3650 * Day, plain.Lifetime);
        Assert.Equal(0.01, plain.MaxSampleThreshold);
        GuardParameters own = GuardParameters.From(
            network.View().Consensus, new GuardOptions { PrimaryGuards = 42, EntryGuards = 2, DirectoryGuards = 5, Lifetime = 9 * Day });
        Assert.Equal((42, 2, 5), (own.PrimaryGuards, own.PrimaryGuardsToUse, own.PrimaryDirectoryGuardsToUse));
        Assert.Equal((9 * Day, 9 * Day), (own.Lifetime, own.ConfirmedMinLifetime));
        Assert.Equal(new GuardParameters(), GuardParameters.From(new TestNetwork().View().Consensus, new GuardOptions { Lifetime = TimeSpan.FromHours(1) }));
    }

    [Fact]
    public void A_restart_keeps_sample_order_dates_and_confirmations()
    {
        var bed = new GuardTestBed();
        bed.Sample.Confirm(bed.Sample.Sampled[5], bed.Now);
        Assert.True(bed.Sample.HasChanged);
        string text = bed.Sample.ToState().Encode();
        Assert.False(bed.Sample.HasChanged);
        Assert.True(GuardSampleState.TryDecode(text, out GuardSampleState state, out _));

        var restored = new GuardSample(GuardSampleKind.Default, new GuardOptions(), new SeededRandomSource(99), state);
        restored.Update(bed.Environment, bed.Now);

        Assert.Equal(text, restored.ToState().Encode());
        bed.Sample.UpdatePrimary(bed.Now);
        Assert.Equal(bed.Sample.Primary.Select(guard => guard.Identity), restored.Primary.Select(guard => guard.Identity));
    }

    [Fact]
    public void Very_few_allowed_guards_call_for_a_restricted_sample_without_flapping()
    {
        var bed = new GuardTestBed(network: TestNetwork.OfStockTests(2000)); // 1000 guards: threshold 200, band 190 to 210
        GuardSampleKind Choose(int allowed, GuardSampleKind? current)
        {
            HashSet<int> numbers = [.. Enumerable.Range(0, allowed).Select(i => 2 * i)];
            PathEnvironment environment = bed.Environment with
            {
                Constraints = new PathConstraints { IsReachable = relay => numbers.Contains(relay.Index) },
            };
            Assert.Equal(allowed < 10, GuardSampleChoice.Measure(environment, bed.Sample.Parameters).IsExtreme);
            return GuardSampleChoice.Choose(environment, current, bed.Sample.Parameters);
        }

        Assert.Equal(GuardSampleKind.Default, Choose(200, null));
        Assert.Equal(GuardSampleKind.Restricted, Choose(199, null));
        Assert.Equal(GuardSampleKind.Restricted, Choose(209, GuardSampleKind.Restricted));
        Assert.Equal(GuardSampleKind.Default, Choose(210, GuardSampleKind.Restricted));
        Assert.Equal(GuardSampleKind.Default, Choose(190, GuardSampleKind.Default));
        Assert.Equal(GuardSampleKind.Restricted, Choose(189, GuardSampleKind.Default));
        Assert.Equal(GuardSampleKind.Restricted, Choose(9, null));
    }

    [Fact]
    public void A_restricted_sample_is_drawn_from_the_allowed_guards_only()
    {
        var bed = new GuardTestBed();
        var sample = new GuardSample(GuardSampleKind.Restricted, new GuardOptions(), new SeededRandomSource(4));

        sample.Update(bed.Environment with { Constraints = new PathConstraints { IsReachable = relay => relay.Index < 10 } }, bed.Now);

        Assert.Equal([0, 2, 4, 6, 8], sample.Sampled.Select(bed.NumberOf).Order());
        Assert.Equal("restricted", sample.Name);
    }

    [Fact]
    public void A_relay_is_never_its_own_guard()
    {
        var network = new TestNetwork();
        network.Add(TestNetwork.Ordinary | RelayFlags.Guard);
        network.Add(TestNetwork.Ordinary | RelayFlags.Guard);
        var sample = new GuardSample(GuardSampleKind.Default, new GuardOptions(), new SeededRandomSource(4));

        sample.Update(new PathEnvironment(network.View()) { Self = TestNetwork.Identity(0) }, new ClockReading(TestNetwork.Start, default));

        Assert.Equal([TestNetwork.Identity(1)], sample.Sampled.Select(guard => guard.Identity));
    }
}
