using Tunic.Tests.Tor.Client.Listeners.Support;
using Tunic.Tests.Tor.Protocol.Documents;
using Tunic.Tests.TorRelay;
using Tunic.Tor.Network.NetworkDirectory;
using Tunic.Tor.Protocol.Documents.Consensuses;

namespace Tunic.Tests.Tor.Network.NetworkDirectory;

public sealed class ClockWatchTests
{
    private readonly Consensus _consensus = StockNetwork.ReadConsensus("consensus-microdesc-1");
    private readonly LogLines _log = new();
    private ManualTime _time = new(StockNetwork.Now);
    private ClockWatch _clock;

    public ClockWatchTests() => _clock = new ClockWatch(_time, _log);

    [Theory]
    [InlineData(5 * 60, "5 hours ahead of")]
    [InlineData(-5 * 60, "5 hours behind")]
    [InlineData(61, "1 hour 1 minute ahead of")]
    [InlineData(-(3 * 1440) - 125, "3 days 2 hours behind")]
    public void It_says_by_how_much_and_which_way_and_what_to_do(int minutes, string amount)
    {
        _clock.OnLink(TimeSpan.FromMinutes(minutes), "moria1");

        string warning = Assert.Single(_log.Warnings);
        Assert.Equal(
            $"Our clock is {amount} that of the authority moria1. The network cannot be used with a wrong clock: set this machine's date, time and time zone right.",
            warning);
        Assert.True(_clock.IsWrong);
    }

    [Fact]
    public void A_directory_that_is_no_authority_may_itself_be_wrong()
    {
        _clock.OnAnswer(_time.Now.AddHours(2), authority: null);

        Assert.StartsWith("Our clock is 2 hours behind that of the directory we asked, unless that one is wrong. ", Assert.Single(_log.Warnings), StringComparison.Ordinal);
    }

    /// <summary>The limits of stock tor: NETINFO_NOTICE_SKEW, ALLOW_DIRECTORY_TIME_SKEW.</summary>
    [Fact]
    public void An_hour_on_a_link_and_half_an_hour_in_an_answer_are_tolerated()
    {
        _clock.OnLink(TimeSpan.FromHours(1), null);
        _clock.OnLink(TimeSpan.FromHours(-1), null);
        _clock.OnAnswer(_time.Now.AddMinutes(30), null);
        _clock.OnAnswer(_time.Now.AddMinutes(-30), null);
        Assert.Empty(_log.Warnings);
        Assert.False(_clock.IsWrong);

        _clock.OnAnswer(_time.Now.AddMinutes(31), null);
        Assert.Single(_log.Warnings);
    }

    [Fact]
    public void A_consensus_from_the_future_shows_that_our_clock_is_behind()
    {
        DateTime earliest = _consensus.ValidAfter - _consensus.DistributionDelay;
        Restart(earliest.AddSeconds(-60));
        _clock.OnConsensus(_consensus);
        Assert.Empty(_log.Warnings);

        Restart(earliest.AddHours(-9));
        _clock.OnConsensus(_consensus);
        Assert.StartsWith("Our clock is 9 hours behind that of the authorities", Assert.Single(_log.Warnings), StringComparison.Ordinal);
    }

    /// <summary>An old one may just be what a slow cache has.</summary>
    [Fact]
    public void A_consensus_of_the_past_says_nothing_of_our_clock()
    {
        Restart(_consensus.ValidUntil.AddDays(3));

        _clock.OnConsensus(_consensus);

        Assert.Empty(_log.Warnings);
    }

    [Fact]
    public void A_certificate_that_is_not_valid_now_makes_us_ask_whether_our_clock_is_right()
    {
        _clock.OnInvalidCertificate();
        _clock.OnInvalidCertificate();

        Assert.Contains("not valid at 2026-11-21 10:08:05Z, which is the time by our clock", Assert.Single(_log.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void It_warns_once_until_the_clock_has_been_right_again_and_never_twice_in_an_hour()
    {
        for (int hour = 0; hour < 48; hour++)
        {
            _clock.OnLink(TimeSpan.FromHours(5), null);
            _clock.OnAnswer(_time.Now.AddHours(-5), "moria1");
            _time.Advance(TimeSpan.FromHours(1));
        }

        Assert.Single(_log.Warnings);
        _clock.OnAnswer(_time.Now, null);
        Assert.False(_clock.IsWrong);
        for (int minute = 0; minute < 90; minute++)
        {
            _clock.OnAnswer(_time.Now.AddHours(5), null);
            _clock.OnAnswer(_time.Now, null);
            _time.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Equal(3, _log.Warnings.Count());
    }

    private void Restart(DateTime now)
    {
        _time = new ManualTime(now);
        _clock = new ClockWatch(_time, _log);
    }
}
