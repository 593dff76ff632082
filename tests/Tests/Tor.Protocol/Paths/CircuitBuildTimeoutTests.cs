using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.Paths.BuildTimes;

namespace Tunic.Tests.Tor.Protocol.Paths;

/// <summary>Facts from stock tor 0.4.9.11, src/test/test.c, circuit_timeout and circuit_timeout_xm_alpha.</summary>
public sealed class CircuitBuildTimeoutTests
{
    private static readonly CircuitBuildTimeoutParameters Defaults = new();
    private static readonly TimeSpan Now = TimeSpan.FromHours(10);

    [Theory]
    [InlineData(1, 205, 1.394401)]
    [InlineData(3, 117, 0.902313)]
    [InlineData(5, 146, 1.049032)]
    [InlineData(10, 800, 4.851754)]
    [InlineData(15, 800, 4.851754)]
    [InlineData(20, 800, 4.851754)]
    public void Xm_and_alpha_are_those_of_stock(int modes, int xm, double alpha)
    {
        var history = new BuildTimeHistory();
        for (int i = 0; i < 10; i++)
        {
            foreach (int time in new[] { 100, 20, 1000, 500, 200, 5000, 30, 600, 200, 300 })
            {
                history.Add(time + i);
            }

            history.Add(BuildTimeHistory.Abandoned);
        }

        ParetoCurve curve = history.Fit(modes)!.Value;

        Assert.Equal(xm, curve.Xm);
        Assert.Equal(alpha, curve.Alpha, 5);
    }

    /// <summary>Stock's scale of ten sixths for four hops in circuit_expire_building, carried on for longer ones.</summary>
    [Theory]
    [InlineData(2, 6)]
    [InlineData(3, 6)]
    [InlineData(4, 10)]
    [InlineData(8, 36)]
    public void A_longer_circuit_has_as_much_more_time_as_its_handshakes_cross_more_links(int hops, int sixths)
    {
        var timeout = new CircuitBuildTimeout(Defaults, isLearning: false, TimeSpan.FromSeconds(6));

        Assert.Equal(TimeSpan.FromSeconds(sixths), timeout.GetTimeout(hops));
    }

    [Fact]
    public void A_known_curve_is_found_again_and_survives_the_file()
    {
        // Stock's test: Xm 3 s, 80 % within 30 s.
        var truth = new ParetoCurve(3000, Math.Log(1 - 0.8) / (Math.Log(3000) - Math.Log(30_000)));
        var random = new SeededRandomSource(2026);
        var timeout = new CircuitBuildTimeout(Defaults with { InitialTimeout = TimeSpan.FromDays(24) });
        timeout.OnNetworkActivity(Now);
        for (int i = 0; i < 1000; i++)
        {
            timeout.OnBuilt(TimeSpan.FromMilliseconds(Math.Round(truth.TimeAt(random.NextDouble()))), hasTimedOut: false);
        }

        Assert.True(timeout.HasComputedTimeout);
        Assert.Equal(0.8, CumulativeShare(truth, timeout.Timeout.TotalMilliseconds), 0.05);
        Assert.Equal(0.2, timeout.TimeoutRate, 0.05);

        var restored = new CircuitBuildTimeout(Defaults);
        Assert.True(restored.TryLoadState(timeout.EncodeState(), random));
        Assert.Equal(1000, restored.BuildTimeCount);
        Assert.Equal(0.8, CumulativeShare(truth, restored.Timeout.TotalMilliseconds), 0.05);
        Assert.Equal(timeout.Timeout.TotalMilliseconds, restored.Timeout.TotalMilliseconds, timeout.Timeout.TotalMilliseconds * 0.02);
    }

    [Fact]
    public void Sixty_seconds_hold_until_a_hundred_circuits_are_known()
    {
        var timeout = new CircuitBuildTimeout(Defaults);
        Build(timeout, 99, 200);
        Assert.Equal(TimeSpan.FromSeconds(60), timeout.Timeout);
        Assert.True(timeout.NeedsCircuits);

        Build(timeout, 1, 900);

        Assert.False(timeout.NeedsCircuits);
        Assert.InRange(timeout.Timeout.TotalMilliseconds, 200, 230);
        Assert.Equal(TimeSpan.FromSeconds(60), timeout.CloseTimeout);
    }

    [Fact]
    public void Test_circuits_are_ten_seconds_apart_until_enough_are_known()
    {
        var timeout = new CircuitBuildTimeout(Defaults);
        Assert.True(timeout.NeedsTestCircuit(Now));
        timeout.OnLaunched(Now);
        Assert.False(timeout.NeedsTestCircuit(Now + TimeSpan.FromSeconds(10)));
        Assert.True(timeout.NeedsTestCircuit(Now + TimeSpan.FromSeconds(11)));
        Build(timeout, 100, 100);
        Assert.False(timeout.NeedsTestCircuit(Now + TimeSpan.FromDays(1)));
    }

    [Fact]
    public void The_timeout_is_at_most_the_slowest_and_at_least_the_minimum()
    {
        var slow = new CircuitBuildTimeout(Defaults);
        for (int i = 1; i <= 100; i++)
        {
            Build(slow, 1, i * 10);
        }

        Assert.True(slow.Timeout <= TimeSpan.FromSeconds(1));
        var fast = new CircuitBuildTimeout(Defaults with { MinTimeout = TimeSpan.FromMilliseconds(500) });
        Build(fast, 100, 20);
        Assert.Equal(TimeSpan.FromMilliseconds(500), fast.Timeout);
    }

    [Fact]
    public void Eighteen_timeouts_of_twenty_mean_a_changed_network_and_the_next_time_the_timeout_doubles()
    {
        var timeout = new CircuitBuildTimeout(Defaults);
        Build(timeout, 100, 200);
        Assert.True(timeout.Timeout < TimeSpan.FromSeconds(1));
        for (int i = 0; i < 17; i++)
        {
            Assert.False(timeout.OnTimeout(hasFirstHop: true));
            Assert.False(timeout.OnTimeout(hasFirstHop: false)); // the guard's fault: does not count
        }

        Assert.True(timeout.OnTimeout(hasFirstHop: true));
        Assert.Equal((0, false), (timeout.BuildTimeCount, timeout.HasComputedTimeout));
        Assert.Equal(TimeSpan.FromSeconds(60), timeout.Timeout);
        Assert.Equal(0, timeout.RecentTimeouts);

        for (int round = 0, expected = 120; round < 4; round++, expected *= 2)
        {
            Assert.All(Enumerable.Range(1, 18), i => Assert.Equal(i == 18, timeout.OnTimeout(hasFirstHop: true)));
            Assert.Equal(TimeSpan.FromSeconds(expected), timeout.Timeout);
            Assert.Equal(timeout.Timeout, timeout.CloseTimeout);
        }

        for (int i = 0; i < 18 * 40; i++)
        {
            timeout.OnTimeout(hasFirstHop: true);
        }

        Assert.True(timeout.Timeout.TotalMilliseconds <= int.MaxValue);
    }

    [Fact]
    public void Successes_push_timeouts_out_of_the_recent_ones()
    {
        var timeout = new CircuitBuildTimeout(Defaults);
        for (int i = 0; i < 200; i++)
        {
            timeout.OnBuilt(TimeSpan.FromMilliseconds(200), hasTimedOut: false);
            Assert.False(timeout.OnTimeout(hasFirstHop: true));
        }

        Assert.Equal(10, timeout.RecentTimeouts);
    }

    [Fact]
    public void Nothing_is_learnt_while_the_network_is_silent()
    {
        var timeout = new CircuitBuildTimeout(Defaults);
        timeout.OnNetworkActivity(Now);
        timeout.OnClosed(startedAt: Now - TimeSpan.FromSeconds(1));
        Assert.Equal(1, timeout.BuildTimeCount);
        Assert.Equal(1, timeout.CloseRate);
        Assert.True(timeout.IsNetworkLive);

        timeout.OnClosed(startedAt: Now + TimeSpan.FromSeconds(1));
        Assert.False(timeout.IsNetworkLive);
        Build(timeout, 5, 100);
        Assert.Equal(1, timeout.BuildTimeCount);

        timeout.OnNetworkActivity(Now + TimeSpan.FromMinutes(1));
        Build(timeout, 5, 100);
        Assert.Equal(6, timeout.BuildTimeCount);
    }

    [Fact]
    public void When_all_circuits_are_abandoned_the_timeout_stays()
    {
        var timeout = new CircuitBuildTimeout(Defaults);
        timeout.OnNetworkActivity(Now);
        for (int i = 0; i < 200; i++)
        {
            timeout.OnClosed(startedAt: Now);
        }

        Assert.False(timeout.HasComputedTimeout);
        Assert.Equal(TimeSpan.FromSeconds(60), timeout.Timeout);
    }

    [Fact]
    public void A_time_that_only_a_sleeping_machine_explains_is_dropped()
    {
        var timeout = new CircuitBuildTimeout(Defaults);

        timeout.OnBuilt(TimeSpan.FromSeconds(121) + TimeSpan.FromMilliseconds(1), hasTimedOut: true);
        timeout.OnBuilt(TimeSpan.FromSeconds(-1), hasTimedOut: false);
        Assert.Equal(0, timeout.BuildTimeCount);
        timeout.OnBuilt(TimeSpan.FromSeconds(121), hasTimedOut: true);
        timeout.OnBuilt(TimeSpan.Zero, hasTimedOut: false);
        Assert.Equal(2, timeout.BuildTimeCount);
    }

    [Fact]
    public void Without_learning_the_configured_timeout_holds()
    {
        var timeout = new CircuitBuildTimeout(Defaults, isLearning: false, TimeSpan.FromMilliseconds(5));
        Build(timeout, 500, 900);
        timeout.OnTimeout(true);
        timeout.OnClosed(Now);

        Assert.Equal(TimeSpan.FromMilliseconds(5), timeout.Timeout);
        Assert.Equal(0, timeout.BuildTimeCount);
        Assert.False(timeout.NeedsTestCircuit(Now));
        Assert.Equal(TimeSpan.FromMilliseconds(10), new CircuitBuildTimeout(Defaults, true, TimeSpan.FromMilliseconds(5)).Timeout);
    }

    [Fact]
    public void The_consensus_may_switch_learning_off_and_change_the_number_of_recent_circuits()
    {
        var timeout = new CircuitBuildTimeout(Defaults);
        Build(timeout, 100, 200);
        timeout.OnTimeout(true);
        timeout.Update(Defaults with { RecentCount = 3, MaxRecentTimeouts = 3 });
        timeout.OnTimeout(true);
        timeout.Update(Defaults with { RecentCount = 40 });
        Build(timeout, 30, 200);
        Assert.True(timeout.Timeout < TimeSpan.FromSeconds(1));

        timeout.Update(Defaults with { IsDisabled = true });
        Assert.Equal(TimeSpan.FromSeconds(60), timeout.Timeout);
    }

    [Fact]
    public void Parameters_are_clamped_and_keep_their_order()
    {
        var network = new TestNetwork();
        Assert.Equal(Defaults, CircuitBuildTimeoutParameters.From(network.View().Consensus));
        foreach (string name in new[] { "cbtnummodes", "cbtrecentcount", "cbtmaxtimeouts", "cbtmincircs", "cbtquantile", "cbttestfreq", "cbtinitialtimeout" })
        {
            network.Parameters[name] = -1;
        }

        network.Parameters["cbtclosequantile"] = 5;
        network.Parameters["cbtmintimeout"] = 5000;
        CircuitBuildTimeoutParameters low = CircuitBuildTimeoutParameters.From(network.View().Consensus);
        Assert.Equal((1, 3, 3, 1, 0.10, 0.10), (low.ModeCount, low.RecentCount, low.MaxRecentTimeouts, low.MinCircuits, low.Quantile, low.CloseQuantile));
        Assert.Equal(TimeSpan.FromSeconds(5), low.InitialTimeout);
        Assert.Equal(TimeSpan.FromSeconds(1), low.TestFrequency);
        network.Parameters["cbtquantile"] = 1000;
        Assert.Equal((0.99, 0.99), (CircuitBuildTimeoutParameters.From(network.View().Consensus).Quantile, CircuitBuildTimeoutParameters.From(network.View().Consensus).CloseQuantile));
    }

    [Fact]
    public void Degenerate_curves_are_clamped()
    {
        Assert.Equal(int.MaxValue, new ParetoCurve(3000, 0).TimeAt(0.5));
        Assert.True(new ParetoCurve(3000, int.MaxValue).TimeAt(0.99999999) <= int.MaxValue);
        Assert.Equal(3000, new ParetoCurve(3000, double.PositiveInfinity).TimeAt(0.8));
        Assert.Equal(int.MaxValue, new ParetoCurve(3000, 1e-9).TimeAt(0.8));
    }

    [Fact]
    public void The_file_holds_the_histogram_in_stocks_words()
    {
        var timeout = new CircuitBuildTimeout(Defaults);
        timeout.OnNetworkActivity(Now);
        Build(timeout, 2, 201);
        Build(timeout, 1, 95);
        timeout.OnClosed(Now);

        Assert.Equal(
            ["TotalBuildTimes 4", "CircuitBuildAbandonedCount 1", "CircuitBuildTimeBin 95 1", "CircuitBuildTimeBin 205 2"],
            timeout.EncodeState().Select(line => $"{line.Key} {line.Value}"));
    }

    [Theory]
    [InlineData("TotalBuildTimes 3", "CircuitBuildTimeBin 205 2")]
    [InlineData("TotalBuildTimes 0", "CircuitBuildAbandonedCount 3")]
    [InlineData("TotalBuildTimes 2", "CircuitBuildTimeBin 205")]
    [InlineData("TotalBuildTimes 2", "CircuitBuildTimeBin x 2")]
    [InlineData("TotalBuildTimes 2", "CircuitBuildTimeBin 0 2")]
    [InlineData("TotalBuildTimes 2", "CircuitBuildTimeBin 2147483647 2")]
    [InlineData("TotalBuildTimes 2", "CircuitBuildTimeBin 205 4294967295")]
    [InlineData("TotalBuildTimes -2", "CircuitBuildTimeBin 205 2")]
    [InlineData("TotalBuildTimes 10001", "CircuitBuildTimeBin 205 10001")]
    [InlineData("TotalBuildTimes 4000000000", "CircuitBuildTimeBin 205 4000000000")]
    public void A_file_that_does_not_add_up_is_refused(params string[] lines)
    {
        var timeout = new CircuitBuildTimeout(Defaults);

        Assert.False(timeout.TryLoadState(lines.Select(Split), new SeededRandomSource(1)));
        Assert.Equal(0, timeout.BuildTimeCount);
    }

    [Fact]
    public void Of_a_longer_history_a_thousand_times_are_kept()
    {
        var timeout = new CircuitBuildTimeout(Defaults);

        Assert.True(timeout.TryLoadState(
            new[] { "Other line", "TotalBuildTimes 3000", "CircuitBuildAbandonedCount 500", "CircuitBuildTimeBin 205 2500" }.Select(Split),
            new SeededRandomSource(1)));
        Assert.Equal(1000, timeout.BuildTimeCount);
        Assert.InRange(timeout.CloseRate, 0.12, 0.21);
    }

    private static KeyValuePair<string, string> Split(string line) =>
        new(line[..line.IndexOf(' ', StringComparison.Ordinal)], line[(line.IndexOf(' ', StringComparison.Ordinal) + 1)..]);

    private static void Build(CircuitBuildTimeout timeout, int count, int milliseconds)
    {
        for (int i = 0; i < count; i++)
        {
            timeout.OnBuilt(TimeSpan.FromMilliseconds(milliseconds), hasTimedOut: false);
        }
    }

    private static double CumulativeShare(ParetoCurve curve, double time) => 1 - Math.Pow(curve.Xm / time, curve.Alpha);
}
