using Tunic.Tor.Protocol.FlowControl;
using Tunic.Tor.Protocol.FlowControl.Congestion;

namespace Tunic.Tests.Tor.Protocol.FlowControl.Congestion;

/// <summary>Two pure ends joined by queues under a clock of the test's own.</summary>
public sealed class TransferTests
{
    private static readonly TimeSpan CellTime = TimeSpan.FromMicroseconds(250); // 4000 cells/s, 2 MB/s

    [Theory]
    [InlineData(false, 5)]
    [InlineData(false, 200)]
    [InlineData(true, 5)]
    [InlineData(true, 50)]
    [InlineData(true, 200)]
    public void A_transfer_completes_and_leaves_less_than_an_increment_in_flight(bool vegas, int delayMilliseconds)
    {
        var path = new SimulatedBottleneck(CellTime);
        SimulatedBottleneck.Transfer transfer = path.Start(New(vegas), New(vegas), 20_000, TimeSpan.FromMilliseconds(delayMilliseconds));

        path.RunUntil(TimeSpan.FromHours(1));

        Assert.Equal(20_000, transfer.Received);
        Assert.Equal(20_000 % transfer.Sender.SendmeIncrement, transfer.Sender.InFlight);
    }

    [Fact]
    public void Congestion_control_fills_a_long_path_that_a_fixed_window_leaves_idle()
    {
        TimeSpan delay = TimeSpan.FromMilliseconds(200); // the path holds some 3200 cells
        TimeSpan fixedWindow = TimeOf(vegas: false, delay);
        TimeSpan congestionControl = TimeOf(vegas: true, delay);

        Assert.True(congestionControl < 0.75 * fixedWindow, $"{congestionControl} against {fixedWindow}");

        TimeSpan TimeOf(bool vegas, TimeSpan delayHere)
        {
            var path = new SimulatedBottleneck(CellTime);
            SimulatedBottleneck.Transfer transfer = path.Start(New(vegas), New(vegas), 60_000, delayHere);
            path.RunUntil(TimeSpan.FromHours(1));
            return transfer.CompletedAt;
        }
    }

    [Fact]
    public void Vegas_uses_the_whole_path_and_keeps_the_queue_short()
    {
        var path = new SimulatedBottleneck(CellTime);
        SimulatedBottleneck.Transfer transfer = path.Start(New(vegas: true), New(vegas: true), 40_000, TimeSpan.FromMilliseconds(20));

        path.RunUntil(TimeSpan.FromHours(1));

        Assert.True(transfer.CompletedAt < 1.1 * (40_000 * CellTime), transfer.CompletedAt.ToString());
        Assert.InRange(path.LongestQueue, 1, 2 * CongestionControlParameters.Default.Exit.Delta);
    }

    [Theory]
    [InlineData(20, 20, 0.15)]
    [InlineData(20, 60, 0.25)]
    [InlineData(60, 20, 0.25)]
    public void Two_flows_share_a_bottleneck(int firstDelay, int secondDelay, double tolerance)
    {
        var path = new SimulatedBottleneck(CellTime);
        SimulatedBottleneck.Transfer first = path.Start(
            New(vegas: true), New(vegas: true), 500_000, TimeSpan.FromMilliseconds(firstDelay));
        path.RunUntil(TimeSpan.FromSeconds(3));
        SimulatedBottleneck.Transfer second = path.Start(
            New(vegas: true), New(vegas: true), 500_000, TimeSpan.FromMilliseconds(secondDelay));
        path.RunUntil(TimeSpan.FromSeconds(30));
        int firstBefore = first.Received;
        int secondBefore = second.Received;
        path.RunUntil(TimeSpan.FromSeconds(60));

        double total = first.Received - firstBefore + second.Received - secondBefore;
        double share = (second.Received - secondBefore) / total;
        Assert.InRange(total, 0.95 * (TimeSpan.FromSeconds(30) / CellTime), 1.01 * (TimeSpan.FromSeconds(30) / CellTime));
        Assert.InRange(share, 0.5 - tolerance, 0.5 + tolerance);
    }

    private static CircuitFlowControl New(bool vegas) => vegas
        ? new VegasFlowControl(CongestionControlParameters.Default, CongestionControlPath.Exit, 31)
        : new FixedWindowFlowControl();
}
