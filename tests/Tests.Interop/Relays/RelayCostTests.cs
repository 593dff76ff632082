using System.Diagnostics;
using System.Globalization;
using Tunic.Tests.Interop.Support;

namespace Tunic.Tests.Interop.Relays;

/// <summary>What relaying costs, ours beside stock's, on whatever machine runs it. Compare, and build for release.</summary>
public sealed class RelayCostTests
{
    private const int Length = 100_000_000;

    [Fact(Explicit = true)]
    public async Task Our_middle_beside_a_stock_middle()
    {
        await using StockTorNetwork network = await StockTorNetwork.StartAsync(new StockTorOptions { Clients = 0 });
        await using PublishedRelay ours = await PublishedRelay.StartAsync(network, "ours1");
        await network.WaitForConsensusWithAsync([ours.Fingerprint]);
        StockTorNode client = network.Add(StockTorRole.Client, "LearnCircuitBuildTimeout 0", "CircuitBuildTimeout 60");
        await client.WaitForBootstrapAsync(TimeSpan.FromSeconds(60));
        await using LoopbackHttpServer server = LoopbackHttpServer.Start();
        StockTorNode stock = network.Relays[1];

        for (int round = 0; round < 3; round++)
        {
            await MeasureAsync("stock", client, server, [network.Relays[0].Fingerprint, stock.Fingerprint, network.Exits[0].Fingerprint], stock);
            await MeasureAsync("ours", client, server, [network.Relays[0].Fingerprint, ours.Fingerprint, network.Exits[0].Fingerprint], stock);
        }
    }

    private static async Task MeasureAsync(string name, StockTorNode client, LoopbackHttpServer server, string[] path, StockTorNode stock)
    {
        await using TorControl control = await client.ControlAsync();
        await control.LeaveStreamsUnattachedAsync();
        string circuit = await control.BuildCircuitAsync(path);
        TimeSpan ownBefore = Process.GetCurrentProcess().TotalProcessorTime;
        TimeSpan stockBefore = stock.Process.ProcessorTime;
        long start = Stopwatch.GetTimestamp();

        Task<CurlResult> fetching = Curl.ThroughSocks5(client.SocksPort).GetAsync(server.Url($"/bytes/{Length}"));
        await control.AttachNextStreamAsync(circuit);
        CurlResult page = await fetching;

        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        Assert.Equal(Length, page.Body.Length);
        double gigabytes = Length / 1e9;
        TestContext.Current.SendDiagnosticMessage(string.Create(
            CultureInfo.InvariantCulture,
            $"{name}: {Length / 1e6 / seconds:0.0} MB/s, this process {(Process.GetCurrentProcess().TotalProcessorTime - ownBefore).TotalSeconds / gigabytes:0.0} s/GB, stock middle {(stock.Process.ProcessorTime - stockBefore).TotalSeconds / gigabytes:0.0} s/GB"));
        await control.SendAsync($"CLOSECIRCUIT {circuit}");
    }
}
