using System.Net;
using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Voting.Flags;

namespace Tunic.Tests.Tor.Protocol.Voting.Flags;

public class StabilityHistoryTests
{
    private static readonly DateTime Start = new(2026, 5, 6, 0, 0, 0, DateTimeKind.Utc);
    private static readonly RsaIdentity Relay = new(new byte[] { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20 });
    private static readonly IPEndPoint Address = new(IPAddress.Parse("9.9.9.9"), 9001);

    private readonly StabilityHistory _history = new();

    [Fact]
    public void Uptime_and_failures_are_measured()
    {
        Reach(0);
        _history.OnUnreachable(Relay, Start.AddHours(6));
        Reach(8);
        DateTime now = Start.AddHours(10);
        Assert.Equal(4 * 3600, _history.MeanTimeBetweenFailures(Relay, now)); // (6 + 2) h in two runs
        Assert.Equal(0.8, _history.FractionalUptime(Relay, now), 6);
        Assert.Equal(10 * 3600, _history.TimeKnown(Relay, now));
        Assert.Equal(2 * 3600, _history.Uptime(Relay, now));
        Assert.True(_history.HasMeasuredEnough(now));
        Assert.False(_history.HasMeasuredEnough(Start.AddHours(4)));
    }

    [Fact]
    public void A_new_address_counts_as_downtime()
    {
        Reach(0);
        _history.OnReachable(Relay, new IPEndPoint(IPAddress.Parse("9.9.9.8"), 9001), Start.AddHours(10), TimeSpan.FromHours(1));
        Assert.Equal(0.9, _history.FractionalUptime(Relay, Start.AddHours(10)), 6);
    }

    [Fact]
    public void Old_observations_fade()
    {
        _history.Downrate(Start);
        Reach(0);
        _history.OnUnreachable(Relay, Start.AddHours(1));
        Reach(1);
        _history.Downrate(Start.AddHours(25));
        Assert.Equal((3600 * 0.95 * 0.95) + (24 * 3600), _history.TimeKnown(Relay, Start.AddHours(25)), 1.0);
    }

    [Fact]
    public void The_file_survives_a_round_trip_and_time_without_watching_does_not_count()
    {
        _history.Downrate(Start);
        Reach(0);
        _history.OnUnreachable(Relay, Start.AddHours(6));
        Reach(8);
        string text = StabilityHistoryFile.Format(_history, Start.AddHours(10));
        StabilityHistory read = StabilityHistoryFile.Parse(text, Start.AddHours(30))!;
        Assert.Equal(_history.MeanTimeBetweenFailures(Relay, Start.AddHours(10)), read.MeanTimeBetweenFailures(Relay, Start.AddHours(30)));
        Assert.Equal(_history.FractionalUptime(Relay, Start.AddHours(10)), read.FractionalUptime(Relay, Start.AddHours(30)), 6);
        Assert.Equal(text, StabilityHistoryFile.Format(StabilityHistoryFile.Parse(text, Start.AddHours(10))!, Start.AddHours(10)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("format 3\nstored-at 2026-01-01 00:00:00\ndata\n.\n")]
    [InlineData("format 2\ndata\n.\n")]
    [InlineData("format 2\nstored-at 2026-01-01 00:00:00\n")]
    public void Other_formats_are_refused(string text) => Assert.Null(StabilityHistoryFile.Parse(text, Start));

    private void Reach(int hour) => _history.OnReachable(Relay, Address, Start.AddHours(hour), TimeSpan.FromHours(1));
}
