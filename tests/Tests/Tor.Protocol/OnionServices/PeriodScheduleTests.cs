using System.Globalization;
using Tunic.Tor.Protocol.OnionServices;

namespace Tunic.Tests.Tor.Protocol.OnionServices;

// Vectors of stock tor: src/test/test_hs_common.c, test_time_period, test_start_time_of_next_time_period, test_time_between_tp_and_srv;
// rend-spec-v3, section 2.2.1.
public sealed class PeriodScheduleTests
{
    private static readonly TimeSpan _hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan _day = TimeSpan.FromDays(1);

    [Theory]
    [InlineData("2016-04-13 11:00:00", 16903, "2016-04-13 12:00:00")]
    [InlineData("2016-04-13 11:59:59", 16903, "2016-04-13 12:00:00")]
    [InlineData("2016-04-13 12:00:00", 16904, "2016-04-14 12:00:00")]
    [InlineData("1973-05-20 01:50:33", 1234, "1973-05-20 12:00:00")] // test_blinding_basics
    public void Periods_of_the_public_network_begin_at_noon(string time, ulong number, string next)
    {
        var schedule = new PeriodSchedule(Time(time), _hour, _day);

        Assert.Equal(new TimePeriod(number, 1440), schedule.CurrentPeriod);
        Assert.Equal(Time(next), schedule.StartOf(schedule.CurrentPeriod.Next));
        Assert.Equal(schedule.CurrentPeriod.Next, schedule.PeriodAt(Time(next)));
        Assert.Equal(schedule.CurrentPeriod, schedule.PeriodAt(Time(next).AddSeconds(-1)));
        Assert.Equal(schedule.CurrentPeriod, schedule.CurrentPeriod.Next.Previous);
    }

    [Theory]
    [InlineData("2016-04-13 00:00:00", "2016-04-13 00:02:00")]
    [InlineData("2016-04-13 00:02:00", "2016-04-13 00:06:00")]
    public void With_votes_every_10_seconds_a_period_of_a_test_network_lasts_4_minutes_and_begins_after_2(string time, string next)
    {
        var schedule = new PeriodSchedule(Time(time), TimeSpan.FromSeconds(10), null);

        Assert.Equal(4u, schedule.CurrentPeriod.LengthMinutes);
        Assert.Equal(Time(next), schedule.StartOf(schedule.CurrentPeriod.Next));
    }

    [Theory]
    [InlineData("1985-10-26 00:00:00", false)]
    [InlineData("1985-10-26 11:00:00", false)]
    [InlineData("1985-10-26 12:00:00", true)]
    [InlineData("1985-10-26 23:00:00", true)]
    [InlineData("1985-10-27 00:00:00", false)]
    public void Between_noon_and_midnight_the_period_is_younger_than_the_shared_random_value(string time, bool expected) =>
        Assert.Equal(expected, new PeriodSchedule(Time(time), _hour, _day).IsBetweenPeriodAndSharedRandom);

    // shared_random_client.c: "if the latest consensus valid-after is 23/06/2017 23:00:00 ... this function returns 23/06/2017 00:00:00".
    [Fact]
    public void Runs_of_the_public_network_begin_at_midnight()
    {
        var schedule = new PeriodSchedule(Time("2017-06-23 23:00:00"), _hour, _day);

        Assert.Equal(_day, schedule.RunLength);
        Assert.Equal(Time("2017-06-23 00:00:00"), schedule.CurrentRunStart);
        Assert.Equal(Time("2017-06-22 00:00:00"), schedule.PreviousRunStart);
        Assert.Equal(Time("2017-06-24 00:00:00"), schedule.NextRunStart);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(20)]
    [InlineData(300)]
    public void In_a_test_network_half_of_every_run_lies_before_the_change_of_the_period(int seconds)
    {
        TimeSpan interval = TimeSpan.FromSeconds(seconds);
        DateTime start = new PeriodSchedule(Time("2026-01-01 00:00:00"), interval, null).NextRunStart;

        for (int round = 0; round < 48; round++)
        {
            var schedule = new PeriodSchedule(start + (round * interval), interval, null);

            Assert.Equal(round % 24 >= 12, schedule.IsBetweenPeriodAndSharedRandom);
            Assert.Equal(start + (round / 24 * 24 * interval), schedule.CurrentRunStart);
        }
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 0)]
    [InlineData(400_000, 0)]
    [InlineData(1, 14_400)]
    public void Intervals_out_of_range_and_times_near_1970_do_no_harm(int seconds, int minutes)
    {
        foreach (DateTime time in (DateTime[])[DateTime.UnixEpoch, DateTime.UnixEpoch.AddYears(8000)])
        {
            var schedule = new PeriodSchedule(time, TimeSpan.FromSeconds(seconds), minutes == 0 ? null : TimeSpan.FromMinutes(minutes));

            Assert.True(schedule.CurrentPeriod.LengthMinutes > 0);
            Assert.True(schedule.StartOf(schedule.CurrentPeriod.Previous) <= schedule.StartOf(schedule.CurrentPeriod));
            _ = schedule.IsBetweenPeriodAndSharedRandom;
        }
    }

    [Fact]
    public void A_period_and_a_schedule_can_be_written_down()
    {
        var schedule = new PeriodSchedule(Time("2016-04-13 11:00:00"), _hour, _day);

        Assert.Equal("16903 of 1440 min", schedule.CurrentPeriod.ToString());
        Assert.Contains("16903 of 1440 min", schedule.ToString(), StringComparison.Ordinal);
    }

    private static DateTime Time(string text) =>
        DateTime.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal);
}
