using Tunic.Tests.Interop.Support;

namespace Tunic.Tests.Interop.Networks;

/// <summary>Our client learns of the next consensus by a difference from the one it has.</summary>
public sealed class ConsensusDiffTests(SharedStockNetwork shared)
{
    private const string Applied = "a difference of ";
    private const string Refused = "a directory's difference is of no use";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    [Fact]
    public async Task From_the_caches_of_stock_relays()
    {
        StockTorNetwork network = await shared.GetAsync();
        using var directory = new TestDirectory("tunic-client");
        await using PeerProcess client = TunicProgram.StartTor(
            directory.FullPath, TunicProgram.ClientLines(network, LoopbackPorts.Take(), "Log info stdout"));

        await client.WaitForLineAsync(Applied, Limit);
        await client.WaitForLineAsync("consensus of ", Limit, after: IndexOf(client, Applied));

        Assert.DoesNotContain(client.Lines, line => line.Contains(Refused, StringComparison.Ordinal));
    }

    [Fact]
    public async Task From_the_caches_of_our_relays()
    {
        await using TunicTorNetwork network = await TunicTorNetwork.StartAsync(new TunicTorOptions { Relays = 3, Exits = 1 });
        PeerProcess client = network.AddClient("Log info stdout").Process;

        await client.WaitForLineAsync(Applied, Limit);
        await client.WaitForLineAsync("consensus of ", Limit, after: IndexOf(client, Applied));

        Assert.DoesNotContain(client.Lines, line => line.Contains(Refused, StringComparison.Ordinal));
    }

    private static int IndexOf(PeerProcess process, string fragment) =>
        process.Lines.TakeWhile(line => !line.Contains(fragment, StringComparison.Ordinal)).Count() + 1;
}
