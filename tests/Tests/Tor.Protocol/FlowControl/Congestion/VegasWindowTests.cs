using Tunic.Tor.Protocol.FlowControl.Congestion;

namespace Tunic.Tests.Tor.Protocol.FlowControl.Congestion;

public sealed class VegasWindowTests
{
    private const int Increment = 31;
    private static readonly CongestionControlParameters Parameters = CongestionControlParameters.Default;

    [Fact]
    public void The_clock_is_judged_as_stock_does()
    {
        var clock = new ClockHealth();
        foreach (var vector in StockCongestionVectors.Clock)
        {
            bool refused = clock.HasStalledOrJumped(vector.Previous, vector.Measured, !vector.SlowStart && vector.Previous != 0);

            Assert.Equal(vector.Refused, refused);
            Assert.Equal(!vector.Broken, clock.Reliable);
        }
    }

    [Fact]
    public void Round_trips_are_smoothed_as_stock_does()
    {
        var estimator = new RoundTripEstimator(new ClockHealth(), Parameters.RoundTripResetPercent);
        VegasWindow window = NewWindow();
        foreach (var vector in StockCongestionVectors.RoundTrips)
        {
            window.Cells = vector.Window;
            window.InSlowStart = vector.SlowStart;

            long measured = estimator.Measure(vector.Sent, vector.Now, window.Smoothing, window.InSlowStart, window.AtMinimum);

            Assert.Equal(vector.Measured, measured);
            Assert.Equal(vector.Smoothed, estimator.Smoothed);
            Assert.Equal(vector.Lowest, estimator.Lowest);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void The_window_moves_as_in_stock(int index)
    {
        var estimator = new RoundTripEstimator(new ClockHealth(), Parameters.RoundTripResetPercent);
        VegasWindow window = NewWindow();
        foreach (long[] vector in StockCongestionVectors.Windows[index])
        {
            bool blocked = vector[2] != 0;

            long measured = estimator.Measure(vector[0], vector[1], window.Smoothing, window.InSlowStart, window.AtMinimum);
            window.OnSendme(vector[3], estimator, measured, blocked, queuedCells: 0);

            Assert.Equal(vector[4], estimator.Smoothed);
            Assert.Equal(vector[5], estimator.Lowest);
            Assert.Equal(vector[6], window.Cells);
            Assert.Equal(vector[7] != 0, window.InSlowStart);
            Assert.Equal(vector[8] != 0, window.Full);
            Assert.Equal(vector[9] != 0, window.Blocked);
            if (blocked)
            {
                Assert.Equal(window.SendmesPerAdjustment, window.SendmesUntilAdjustment);
            }
        }
    }

    [Fact]
    public void With_a_clock_that_never_moved_only_a_blocked_channel_shrinks_the_window()
    {
        var estimator = new RoundTripEstimator(new ClockHealth(), Parameters.RoundTripResetPercent);
        VegasWindow window = NewWindow();

        window.OnSendme(124, estimator, measured: 0, channelBlocked: false, queuedCells: 0);
        Assert.Equal(124, window.Cells);
        Assert.True(window.InSlowStart);

        window.OnSendme(124, estimator, measured: 0, channelBlocked: true, queuedCells: 300);
        Assert.Equal(124, window.BandwidthDelayProduct);
        Assert.False(window.InSlowStart);
    }

    [Fact]
    public void No_parameters_close_the_window_for_ever()
    {
        var parameters = CongestionControlParameters.FromConsensus(new Dictionary<string, int>
        {
            ["cc_vegas_gamma_exit"] = 0,
            ["cc_vegas_delta_exit"] = 0,
            ["cc_cwnd_inc"] = 1000,
        });
        var estimator = new RoundTripEstimator(new ClockHealth(), 0);
        var window = new VegasWindow(parameters, parameters.Exit, Increment);
        long now = 0;
        for (int i = 0; i < 200; i++)
        {
            now += 1000;
            long measured = estimator.Measure(0, now, window.Smoothing, window.InSlowStart, window.AtMinimum);
            window.OnSendme(window.Cells, estimator, measured, channelBlocked: i % 3 == 0, queuedCells: i);

            Assert.InRange(window.Cells, parameters.MinimumWindow, parameters.SlowStartMaximum);
        }
    }

    [Fact]
    public void A_round_trip_of_years_does_not_overflow()
    {
        var parameters = CongestionControlParameters.FromConsensus(new Dictionary<string, int>
        {
            ["cc_ss_max"] = int.MaxValue,
            ["cc_ewma_max"] = int.MaxValue,
            ["cc_ewma_ss"] = int.MaxValue,
            ["cc_ewma_cwnd_pct"] = 255,
        });
        var estimator = new RoundTripEstimator(new ClockHealth(), 50);
        var window = new VegasWindow(parameters, parameters.Exit, Increment) { Cells = int.MaxValue };
        foreach (long now in new[] { 1, long.MaxValue, long.MaxValue, 1, long.MaxValue })
        {
            long measured = estimator.Measure(0, now, window.Smoothing, window.InSlowStart, window.AtMinimum);
            window.OnSendme(int.MaxValue, estimator, measured, channelBlocked: false, queuedCells: 0);
        }

        Assert.InRange(window.Cells, 124, int.MaxValue);
    }

    private static VegasWindow NewWindow() => new(Parameters, Parameters.Exit, Increment);
}
