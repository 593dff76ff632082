using Tunic.Tests.Interop.Support;
using Tunic.Tests.Simulation;

namespace Tunic.Tests.Interop.Networks;

/// <summary>Our client with a clock that is wrong, in a stock network with clocks that are right.</summary>
public sealed class WrongClockTests(SharedStockNetwork shared)
{
    /// <summary>Long enough for some tries to fail: the pauses between them begin with a second.</summary>
    private static readonly TimeSpan Watch = TimeSpan.FromSeconds(12);

    [Theory]
    [InlineData(5, "Our clock is 5 hours ahead of that of ")]
    [InlineData(-5, "Our clock is 5 hours behind that of ")]
    [InlineData(-72, "Our clock is 3 days behind that of ")]
    [InlineData(40 * 24, "A directory's certificates are not valid at ")]
    public async Task One_warning_says_so(int hours, string warning)
    {
        StockTorNetwork network = await shared.GetAsync();
        await using var ours = new ClientInProcess(network.DirAuthorityLines, time: ShiftedTime.By(TimeSpan.FromHours(hours)));
        ours.Client.Start();

        await Deadline.UntilAsync("a warning", TimeSpan.FromSeconds(20), () => Task.FromResult(ours.Log.Warnings.Any()));
        await Task.Delay(Watch, TestContext.Current.CancellationToken);

        Assert.StartsWith(warning, Assert.Single(ours.Log.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_clock_that_is_right_is_not_spoken_of()
    {
        StockTorNetwork network = await shared.GetAsync();
        await using var ours = new ClientInProcess(network.DirAuthorityLines, time: ShiftedTime.By(TimeSpan.FromMinutes(20)));
        ours.Client.Start();

        await ours.Client.Bootstrapped.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

        Assert.DoesNotContain(ours.Log.All, line => line.Contains("clock", StringComparison.OrdinalIgnoreCase));
    }
}
