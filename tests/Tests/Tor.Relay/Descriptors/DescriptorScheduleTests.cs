using Tunic.Tor.Relay.Descriptors;

namespace Tunic.Tests.TorRelay.Descriptors;

public class DescriptorScheduleTests
{
    private static readonly DateTime Start = new(2026, 3, 1, 12, 0, 0, DateTimeKind.Utc);
    private static readonly RelayMeasurements Young = new() { Uptime = TimeSpan.FromHours(1), BandwidthObserved = 1_000 };

    [Fact]
    public void The_first_descriptor_is_due_at_once() => Assert.NotNull(new DescriptorSchedule(false).DueReason);

    [Fact]
    public void A_descriptor_lasts_eighteen_hours()
    {
        DescriptorSchedule schedule = Made();
        schedule.CheckAge(Start.AddHours(18), Listing(isListed: true, isStale: false));
        Assert.Null(schedule.DueReason);
        schedule.CheckAge(Start.AddHours(18).AddSeconds(1), null);
        Assert.NotNull(schedule.DueReason);
    }

    [Theory]
    [InlineData(false, false, true)]
    [InlineData(true, true, true)]
    [InlineData(true, false, false)]
    public void A_relay_that_is_not_listed_well_publishes_again_after_ninety_minutes(bool isListed, bool isStale, bool isDue)
    {
        DescriptorSchedule schedule = Made();
        schedule.CheckAge(Start.AddMinutes(90), Listing(isListed, isStale));
        Assert.Null(schedule.DueReason);
        schedule.CheckAge(Start.AddMinutes(91), Listing(isListed, isStale));
        Assert.Equal(isDue, schedule.DueReason is not null);
    }

    [Fact]
    public void A_stale_mark_older_than_the_descriptor_says_nothing()
    {
        DescriptorSchedule schedule = Made();
        schedule.CheckAge(Start.AddHours(2), new ConsensusListing(Start.AddMinutes(-1), Start.AddHours(3), true, true));
        Assert.Null(schedule.DueReason);
    }

    [Theory]
    [InlineData(2_001, false)]
    [InlineData(2_002, true)]
    [InlineData(500, false)]
    [InlineData(499, true)]
    [InlineData(0, true)]
    public void Bandwidth_that_doubles_or_halves_is_published(int observed, bool isDue)
    {
        DescriptorSchedule schedule = Made();
        schedule.CheckBandwidth(Start.AddMinutes(1), Young with { BandwidthObserved = observed });
        Assert.Equal(isDue, schedule.DueReason is not null);
    }

    [Fact]
    public void Bandwidth_changes_are_published_every_three_hours_at_most_and_only_on_the_first_day()
    {
        DescriptorSchedule schedule = Made();
        schedule.CheckBandwidth(Start, Young with { BandwidthObserved = 5_000 });
        schedule.OnMade(Start, 5_000);
        schedule.CheckBandwidth(Start.AddHours(3), Young with { BandwidthObserved = 50_000 });
        Assert.Null(schedule.DueReason);
        schedule.CheckBandwidth(Start.AddHours(4), Young with { BandwidthObserved = 50_000, Uptime = TimeSpan.FromHours(25) });
        Assert.Null(schedule.DueReason);
        schedule.CheckBandwidth(Start.AddHours(4), Young with { BandwidthObserved = 50_000 });
        Assert.NotNull(schedule.DueReason);
    }

    private static DescriptorSchedule Made()
    {
        var schedule = new DescriptorSchedule(false);
        schedule.OnMade(Start, 1_000);
        return schedule;
    }

    private static ConsensusListing Listing(bool isListed, bool isStale) => new(Start.AddHours(1), Start.AddHours(4), isListed, isStale);
}
