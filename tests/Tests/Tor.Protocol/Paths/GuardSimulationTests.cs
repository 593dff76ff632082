using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.Paths.Guards;

namespace Tunic.Tests.Tor.Protocol.Paths;

/// <summary>Random lives of a client: whatever happens, the sets keep their relation and no more guards are touched than the limits allow.</summary>
public sealed class GuardSimulationTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Sets_stay_consistent_through_any_sequence_of_events(ulong seed)
    {
        var random = new SeededRandomSource(seed);
        var bed = new GuardTestBed(network: TestNetwork.OfStockTests(400));
        var uses = new List<GuardUse>();
        for (int step = 0; step < 3000; step++)
        {
            Act(bed, uses, random);
            AssertConsistent(bed, step);
        }
    }

    private static void Act(GuardTestBed bed, List<GuardUse> uses, RandomSource random)
    {
        GuardUse? use = uses.Count == 0 ? null : uses[random.NextInt32(uses.Count)];
        switch (random.NextInt32(12))
        {
            case 0 or 1 or 2:
                if (bed.TrySelect(usage: random.NextInt32(4) == 0 ? GuardUsage.Directory : GuardUsage.Traffic) is { } chosen)
                {
                    Assert.True(chosen.Guard.IsFiltered);
                    Assert.NotEqual(GuardReachability.No, chosen.Guard.Reachability);
                    Assert.Equal(chosen.State == GuardUseState.UsableIfNoBetterGuard, chosen.Guard.IsPending && !chosen.Guard.IsPrimary);
                    uses.Add(chosen);
                }

                break;
            case 3 or 4 when use is not null:
                bed.Selector.Failed(use, bed.Now);
                uses.Remove(use);
                break;
            case 5 when use is not null:
                GuardVerdict verdict = bed.Selector.Succeeded(use, bed.Now);
                Assert.Equal(verdict == GuardVerdict.UsableNow, use.State == GuardUseState.Complete && verdict != GuardVerdict.Never);
                break;
            case 6 when use is not null:
                bed.Selector.Cancel(use, bed.Now);
                uses.Remove(use);
                break;
            case 7:
                foreach (GuardUse upgraded in bed.Selector.UpgradeWaiting(uses, bed.Now))
                {
                    Assert.Equal(GuardUseState.Complete, upgraded.State);
                }

                uses.RemoveAll(waiting => bed.Selector.ShouldExpire(waiting, bed.Now));
                break;
            case 8:
                bed.Pass(TimeSpan.FromMinutes(random.NextInt32(120)));
                break;
            case 9 when random.NextInt32(10) == 0:
                bed.Pass(TimeSpan.FromDays(random.NextInt32(30)));
                bed.Update();
                break;
            case 10 when bed.Sample.Sampled.Count > 0:
                Guard guard = bed.Sample.Sampled[random.NextInt32(bed.Sample.Sampled.Count)];
                if (random.NextInt32(2) == 0)
                {
                    bed.Unlist(guard);
                }
                else
                {
                    bed.Relist(guard);
                }

                break;
            default:
                bed.Update(isStale: random.NextInt32(5) == 0);
                break;
        }
    }

    private static void AssertConsistent(GuardTestBed bed, int step)
    {
        GuardSample sample = bed.Sample;
        Assert.True(sample.Sampled.Count <= 40, $"step {step}: a fifth of 200 guards, not {sample.Sampled.Count}");
        Assert.True(sample.Primary.Count <= 3);
        Assert.Equal(sample.Sampled.Count, sample.Sampled.Select(guard => guard.Identity).Distinct().Count());
        Assert.Equal(sample.Sampled.OrderBy(guard => guard.SampledIndex), sample.Sampled);
        Assert.Equal(sample.Sampled.Where(guard => guard.IsConfirmed), sample.Confirmed);
        Assert.Equal(sample.Confirmed.Count, sample.Confirmed.Select(guard => guard.ConfirmedIndex).Distinct().Count());
        Assert.Equal(sample.Sampled.Where(guard => guard.IsPrimary).ToHashSet(), sample.Primary.ToHashSet());
        Assert.All(sample.Sampled, guard => Assert.Equal(guard.IsConfirmed, guard.ConfirmedOn is not null));
        Assert.All(sample.Sampled, guard => Assert.False(guard.IsListed && guard.UnlistedSince is not null));
        Assert.All(sample.Primary, guard => Assert.Contains(guard, sample.Sampled));
        if (step % 100 == 0)
        {
            string text = sample.ToState().Encode();
            Assert.True(GuardSampleState.TryDecode(text, out GuardSampleState state, out string error), error);
            Assert.Equal(text, state.Encode());
        }
    }
}
