using Tunic.Tor.Protocol.FlowControl.Congestion;

namespace Tunic.Tests.Tor.Protocol.FlowControl.Congestion;

public sealed class CongestionControlParametersTests
{
    [Fact]
    public void An_empty_consensus_gives_the_defaults()
    {
        var parameters = CongestionControlParameters.FromConsensus(new Dictionary<string, int>());

        Assert.Equal(CongestionControlParameters.Default, parameters);
        Assert.True(parameters.Enabled);
        Assert.Equal(31, parameters.SendmeIncrement);
        Assert.Equal(124, parameters.InitialWindow);

        // proposal 324 and congestion_control_vegas.c, the *_DFLT values
        Assert.Equal(new VegasThresholds(186, 248, 186, 310, 600), parameters.Thresholds(CongestionControlPath.Exit));
        Assert.Equal(new VegasThresholds(186, 372, 248, 434, 475), parameters.Thresholds(CongestionControlPath.Onion));
        Assert.Equal(new VegasThresholds(93, 155, 124, 248, 400), parameters.Thresholds(CongestionControlPath.Sbws));
    }

    [Fact]
    public void Values_outside_their_range_are_moved_to_its_end()
    {
        string[] names =
        [
            "cc_alg", "cc_sendme_inc", "cc_cwnd_init", "cc_cwnd_min", "cc_cwnd_max", "cc_cwnd_inc", "cc_cwnd_inc_rate",
            "cc_cwnd_inc_pct_ss", "cc_ss_max", "cc_cwnd_full_gap", "cc_cwnd_full_minpct", "cc_cwnd_full_per_cwnd", "cc_ewma_cwnd_pct",
            "cc_ewma_max", "cc_ewma_ss", "cc_rtt_reset_pct", "cellq_high", "cellq_low", "cc_vegas_alpha_onion", "cc_vegas_beta_onion",
            "cc_vegas_gamma_onion", "cc_vegas_delta_onion", "cc_sscap_onion",
        ];
        var lowest = CongestionControlParameters.FromConsensus(names.ToDictionary(name => name, _ => int.MinValue));
        var highest = CongestionControlParameters.FromConsensus(names.ToDictionary(name => name, _ => int.MaxValue));

        Assert.False(lowest.Enabled);
        Assert.Equal((1, 254), (lowest.SendmeIncrement, highest.SendmeIncrement));
        Assert.Equal((31, 10_000), (lowest.InitialWindow, highest.InitialWindow));
        Assert.Equal((31, 1000), (lowest.MinimumWindow, highest.MinimumWindow));
        Assert.Equal((500, int.MaxValue), (lowest.MaximumWindow, highest.MaximumWindow));
        Assert.Equal((1, 250), (lowest.WindowStepRate, highest.WindowStepRate));
        Assert.Equal((1, 500), (lowest.SlowStartPercent, highest.SlowStartPercent));
        Assert.Equal((0, 32_767), (lowest.FullGap, highest.FullGap));
        Assert.Equal((1, 255), (lowest.SmoothingPercent, highest.SmoothingPercent));
        Assert.Equal((1, 1000), (lowest.CellQueueHigh, highest.CellQueueHigh));
        Assert.Equal(new VegasThresholds(0, 0, 0, 0, 100), lowest.Onion);
        Assert.Equal(new VegasThresholds(1000, 1000, 1000, int.MaxValue, int.MaxValue), highest.Onion);
        Assert.Equal(CongestionControlParameters.Default.Exit, highest.Exit);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(29, false)]
    [InlineData(30, true)]
    [InlineData(31, true)]
    [InlineData(32, true)]
    [InlineData(33, false)]
    public void A_negotiated_increment_may_differ_by_one(int negotiated, bool accepted) =>
        Assert.Equal(accepted, CongestionControlParameters.Default.AcceptsIncrement(negotiated));
}
