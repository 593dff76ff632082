using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.Links;

namespace Tunic.Tests.Tor.Protocol.Links;

/// <summary>padding-spec, "Connection-level padding", and stock tor's channelpadding.c.</summary>
public sealed class ChannelPaddingScheduleTests
{
    private static readonly ChannelPaddingOptions _client =
        new() { LinkVersion = 5, IsClientLink = true, AcceptsNegotiation = false };

    private static readonly ChannelPaddingOptions _relay = _client with { AcceptsNegotiation = true };

    [Fact]
    public void An_idle_link_is_padded_after_a_pause_within_the_range()
    {
        ChannelPaddingSchedule schedule = Create(_client);
        TimeSpan last = TimeSpan.Zero;
        for (int i = 0; i < 500; i++)
        {
            TimeSpan next = RunUntilPadding(schedule, last);

            Assert.InRange((next - last).TotalMilliseconds, 1500, 9500 - 1);
            last = next;
        }
    }

    // padding-spec, "Padding Cell Timeout Distribution Statistics": 5332.8 ms for R = 8000, plus the low end.
    [Fact]
    public void The_pause_is_the_greater_of_two_uniform_ones()
    {
        ChannelPaddingSchedule schedule = Create(_client);
        const int count = 20_000;
        TimeSpan now = TimeSpan.Zero;
        for (int i = 0; i < count; i++)
        {
            now = RunUntilPadding(schedule, now);
        }

        Assert.InRange(now.TotalMilliseconds / count, 1500 + 5332.8 - 60, 1500 + 5332.8 + 60);
    }

    [Fact]
    public void A_cell_in_either_direction_begins_the_pause_anew()
    {
        ChannelPaddingSchedule schedule = Create(_client);
        for (int milliseconds = 0; milliseconds < 60_000; milliseconds += 1400)
        {
            var now = TimeSpan.FromMilliseconds(milliseconds);
            Assert.False(schedule.OnDeadline(now, hasQueuedCells: false));
            schedule.OnActivity(now);
        }
    }

    [Fact]
    public void Cells_that_wait_to_be_sent_count_as_activity()
    {
        ChannelPaddingSchedule schedule = Create(_client);

        Assert.False(schedule.OnDeadline(TimeSpan.FromSeconds(20), hasQueuedCells: true));
        Assert.Equal(TimeSpan.FromSeconds(21.5), schedule.NextDeadline);
        Assert.True(schedule.OnDeadline(TimeSpan.FromSeconds(40), hasQueuedCells: false));
    }

    [Theory]
    [InlineData(4, true, ChannelPaddingMode.Auto, ChannelUsage.UserTraffic, false)]
    [InlineData(4, true, ChannelPaddingMode.Always, ChannelUsage.UserTraffic, true)]
    [InlineData(5, true, ChannelPaddingMode.Auto, ChannelUsage.Unused, false)]
    [InlineData(5, true, ChannelPaddingMode.Always, ChannelUsage.Unused, false)]
    [InlineData(5, true, ChannelPaddingMode.Auto, ChannelUsage.FullCircuits, true)]
    [InlineData(5, true, ChannelPaddingMode.Reduced, ChannelUsage.FullCircuits, true)]
    [InlineData(5, true, ChannelPaddingMode.Never, ChannelUsage.UserTraffic, false)]
    [InlineData(5, false, ChannelPaddingMode.Auto, ChannelUsage.UserTraffic, false)]
    public void Links_are_padded_where_it_hides_a_client(
        int version, bool isClientLink, ChannelPaddingMode mode, ChannelUsage usage, bool isPadded)
    {
        ChannelPaddingSchedule schedule = Create(
            _client with { LinkVersion = version, IsClientLink = isClientLink, Mode = mode }, usage: usage);

        Assert.Equal(isPadded, schedule.NextDeadline is not null);
        Assert.Equal(isPadded, schedule.OnDeadline(TimeSpan.FromMinutes(1), hasQueuedCells: false));
    }

    [Fact]
    public void Consensus_parameters_decide()
    {
        Assert.Null(Padded(_client, new() { Low = TimeSpan.Zero, High = TimeSpan.Zero }));
        Assert.Null(Padded(_client, new() { PadBeforeUsage = false }));
        Assert.NotNull(Padded(_client with { IsClientLink = false }, new() { PadRelays = true }));
        Assert.Null(Padded(_client with { IsSingleOnion = true }, new() { PadSingleOnion = false }));
        Assert.NotNull(Padded(_client with { IsSingleOnion = true }, new()));

        static TimeSpan? Padded(ChannelPaddingOptions options, ChannelPaddingParameters parameters) =>
            Create(options, parameters).NextDeadline;
    }

    [Fact]
    public void Consensus_parameters_are_read_and_clamped()
    {
        Assert.Equal(new ChannelPaddingParameters(), ChannelPaddingParameters.FromConsensus(new Dictionary<string, int>()));
        ChannelPaddingParameters parameters = ChannelPaddingParameters.FromConsensus(new Dictionary<string, int>
        {
            ["nf_ito_low"] = 20_000,
            ["nf_ito_low_reduced"] = -5,
            ["nf_ito_high_reduced"] = 70_000,
            ["nf_pad_relays"] = 7,
            ["nf_conntimeout_relays"] = 1,
        });

        Assert.Equal(TimeSpan.FromSeconds(20), parameters.Low);
        Assert.Equal(TimeSpan.FromSeconds(20), parameters.High);
        Assert.Equal(TimeSpan.Zero, parameters.ReducedLow);
        Assert.Equal(TimeSpan.FromSeconds(60), parameters.ReducedHigh);
        Assert.True(parameters.PadRelays);
        Assert.Equal(TimeSpan.FromMinutes(1), parameters.RelayIdleTimeout);
    }

    [Theory]
    [InlineData(ChannelPaddingMode.Auto, false)]
    [InlineData(ChannelPaddingMode.Always, false)]
    [InlineData(ChannelPaddingMode.Reduced, true)]
    [InlineData(ChannelPaddingMode.Never, true)]
    public void A_client_that_saves_traffic_asks_its_guard_to_stop_once(ChannelPaddingMode mode, bool asks)
    {
        ChannelPaddingSchedule schedule = Create(_client with { Mode = mode });

        Assert.Equal(asks, schedule.TryTakeNegotiation(out PaddingNegotiate message));
        Assert.False(message.Start);
        Assert.False(schedule.TryTakeNegotiation(out _));
        Assert.False(Create(_client with { Mode = mode, LinkVersion = 4 }).TryTakeNegotiation(out _));
    }

    [Fact]
    public void Reduced_padding_has_its_own_range()
    {
        ChannelPaddingSchedule schedule = Create(_client with { Mode = ChannelPaddingMode.Reduced });
        TimeSpan last = TimeSpan.Zero;
        for (int i = 0; i < 200; i++)
        {
            TimeSpan next = RunUntilPadding(schedule, last);
            Assert.InRange((next - last).TotalMilliseconds, 9000, 14_000 - 1);
            last = next;
        }
    }

    [Fact]
    public void A_relay_does_as_its_client_asks_but_never_pads_more_often_than_the_consensus_says()
    {
        ChannelPaddingSchedule schedule = Create(_relay);

        Assert.True(schedule.OnNegotiate(new PaddingNegotiate(Start: false, 0, 0)));
        Assert.Null(schedule.NextDeadline);

        Assert.True(schedule.OnNegotiate(new PaddingNegotiate(Start: true, 1, 2)));
        Assert.InRange(RunUntilPadding(schedule, TimeSpan.Zero).TotalMilliseconds, 1500, 9500);

        schedule.OnActivity(TimeSpan.Zero);
        Assert.True(schedule.OnNegotiate(new PaddingNegotiate(Start: true, 20_000, 10_000)));
        Assert.Equal(TimeSpan.FromSeconds(20), RunUntilPadding(schedule, TimeSpan.Zero));
    }

    [Fact]
    public void A_client_takes_no_orders_from_a_relay()
    {
        ChannelPaddingSchedule schedule = Create(_client);

        Assert.False(schedule.OnNegotiate(new PaddingNegotiate(Start: false, 0, 0)));
        Assert.NotNull(schedule.NextDeadline);
        Assert.False(Create(_relay with { LinkVersion = 4 }).OnNegotiate(new PaddingNegotiate(Start: true, 0, 0)));
    }

    [Fact]
    public void A_malformed_PADDING_NEGOTIATE_is_ignored()
    {
        ChannelPaddingSchedule schedule = Create(_relay);
        byte[] stop = new PaddingNegotiate(Start: false, 0, 0).Encode();
        for (int length = 0; length < stop.Length; length++)
        {
            Assert.False(schedule.OnNegotiate(stop.AsSpan(0, length)));
        }

        Assert.False(schedule.OnNegotiate([1, .. stop.AsSpan(1)]));
        Assert.False(schedule.OnNegotiate([0, 3, 0, 0, 0, 0]));
        Assert.NotNull(schedule.NextDeadline);
        Assert.True(schedule.OnNegotiate(stop));
        Assert.Null(schedule.NextDeadline);
    }

    [Fact]
    public void A_new_consensus_changes_open_links()
    {
        ChannelPaddingSchedule schedule = Create(_client with { IsSingleOnion = true });
        schedule.OnParameters(new() { PadSingleOnion = false });

        Assert.Null(schedule.NextDeadline);
        Assert.True(schedule.TryTakeNegotiation(out PaddingNegotiate message));
        Assert.False(message.Start);

        ChannelPaddingSchedule other = Create(_client);
        other.OnParameters(new() { Low = TimeSpan.FromSeconds(3), High = TimeSpan.FromSeconds(3) });
        Assert.Equal(TimeSpan.FromSeconds(3), RunUntilPadding(other, TimeSpan.Zero));
    }

    [Fact]
    public void Idle_links_live_as_long_as_in_stock_tor()
    {
        var random = new SeededRandomSource(3);
        var parameters = new ChannelPaddingParameters();
        for (int i = 0; i < 100; i++)
        {
            Assert.InRange(parameters.DrawIdleTimeout(true, true, false, random).TotalMinutes, 3, 4.5);
            Assert.InRange(parameters.DrawIdleTimeout(false, false, false, random).TotalMinutes, 3, 4.5);
            Assert.InRange(parameters.DrawIdleTimeout(true, true, true, random).TotalMinutes, 1.5, 2.25);
            Assert.InRange(parameters.DrawIdleTimeout(false, true, false, random).TotalMinutes, 45, 75);
            Assert.InRange(parameters.DrawCircuitsAvailableTimeout(false, random).TotalMinutes, 30, 60);
            Assert.InRange(parameters.DrawCircuitsAvailableTimeout(true, random).TotalMinutes, 15, 30);
        }
    }

    private static ChannelPaddingSchedule Create(
        ChannelPaddingOptions options,
        ChannelPaddingParameters? parameters = null,
        ChannelUsage usage = ChannelUsage.FullCircuits) =>
        new(options, parameters ?? ChannelPaddingParameters.Default, new SeededRandomSource(7), TimeSpan.Zero) { Usage = usage };

    /// <summary>Follows the deadlines from a moment of activity to the next padding cell.</summary>
    private static TimeSpan RunUntilPadding(ChannelPaddingSchedule schedule, TimeSpan from)
    {
        schedule.OnActivity(from);
        for (int i = 0; i < 3; i++)
        {
            TimeSpan now = schedule.NextDeadline!.Value;
            if (schedule.OnDeadline(now, hasQueuedCells: false))
            {
                return now;
            }
        }

        throw new InvalidOperationException("no padding after three deadlines");
    }
}
