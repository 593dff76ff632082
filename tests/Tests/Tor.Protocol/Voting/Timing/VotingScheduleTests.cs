using Tunic.Tor.Protocol.Voting.Timing;

namespace Tunic.Tests.Tor.Protocol.Voting.Timing;

public class VotingScheduleTests
{
    private static readonly DateTime Midnight = new(2018, 5, 7, 0, 0, 0, DateTimeKind.Utc);

    // src/test/test_voting_schedule.c, test_voting_schedule_interval_start
    [Theory]
    [InlineData(0, 0, 3000)]
    [InlineData(100, 0, 3000)]
    [InlineData(3000, 0, 6000)]
    [InlineData(3001, 0, 6000)]
    [InlineData(83000, 0, 84000)]
    [InlineData(84005, 0, 86400)]
    [InlineData(0, 99, 99)]
    [InlineData(100, 99, 3099)]
    public void Slots_begin_at_midnight(int now, int offset, int expected) => Assert.Equal(
        Midnight.AddSeconds(expected),
        VotingSchedule.StartOfIntervalAfter(Midnight.AddSeconds(now), TimeSpan.FromSeconds(3000), TimeSpan.FromSeconds(offset)));

    [Fact]
    public void A_round_of_twenty_seconds_has_its_steps_in_order()
    {
        VotingSchedule schedule = VotingSchedule.Create(Midnight.AddSeconds(3), null, Intervals(20, 4, 4));
        Assert.Equal(Midnight.AddSeconds(20), schedule.IntervalStarts);
        Assert.Equal(Midnight.AddSeconds(18), schedule.FetchMissingSignatures);
        Assert.Equal(Midnight.AddSeconds(16), schedule.VotingEnds);
        Assert.Equal(Midnight.AddSeconds(14), schedule.FetchMissingVotes);
        Assert.Equal(Midnight.AddSeconds(12), schedule.VotingStarts);
    }

    [Fact]
    public void Delays_that_take_more_than_half_the_interval_become_a_quarter_each()
    {
        VotingSchedule schedule = VotingSchedule.Create(Midnight, null, Intervals(20, 8, 4));
        Assert.Equal(Midnight.AddSeconds(15), schedule.VotingEnds);
        Assert.Equal(Midnight.AddSeconds(10), schedule.VotingStarts);
    }

    [Fact]
    public void Steps_are_taken_once_in_order_and_not_before_their_time()
    {
        var round = new VotingRound(VotingSchedule.Create(Midnight, null, Intervals(20, 4, 4)));
        Assert.False(round.TryTake(Midnight.AddSeconds(11), out _));
        var taken = new List<VotingStep>();
        while (round.TryTake(Midnight.AddSeconds(17), out VotingStep step))
        {
            taken.Add(step);
        }

        Assert.Equal([VotingStep.Vote, VotingStep.FetchMissingVotes, VotingStep.ComputeConsensus], taken);
        Assert.Equal(Midnight.AddSeconds(18), round.NextDeadline);
        Assert.False(round.TryTakeEarly(VotingStep.Publish));
        Assert.True(round.TryTakeEarly(VotingStep.FetchMissingSignatures));
        Assert.True(round.TryTakeEarly(VotingStep.Publish));
        Assert.Null(round.NextDeadline);
    }

    private static VotingIntervals Intervals(int interval, int vote, int distribution) =>
        new(TimeSpan.FromSeconds(interval), TimeSpan.FromSeconds(vote), TimeSpan.FromSeconds(distribution));
}
