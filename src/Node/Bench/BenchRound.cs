using System.Diagnostics;

namespace Tunic.Node.Bench;

/// <summary>Measures circuits of three hops once: every figure of the table of <c>tunic bench network</c>.</summary>
internal sealed class BenchRound(BenchNetwork network, BenchOptions options, int targetPort, int number, Dictionary<string, double> figures)
{
    private const int ParallelCircuits = 16;
    private const int SmallTransfer = 100_000;

    private readonly BenchTransfers _transfers = new(new SocksDialer(network.SocksPort, "127.0.0.1", targetPort));

    /// <summary>Adds the figures by name, in the order of the table.</summary>
    internal async Task RunAsync(CancellationToken cancel)
    {
        await MeasureFirstByteAsync(cancel);
        double cpuBefore = network.CpuSeconds;
        long bytes = await BulkFigures.MeasureAsync(_transfers, options.Megabytes, $"bulk{number}", figures, cancel);
        figures["CPU-seconds per GB, client and 3 relays"] = (network.CpuSeconds - cpuBefore) / (bytes / 1e9);
        cpuBefore = network.CpuSeconds;
        await MeasureCircuitsAsync(cancel);
        figures["CPU-milliseconds per new circuit"] = (network.CpuSeconds - cpuBefore) / options.Circuits * 1e3;
        TimeSpan many = await _transfers.TimeManyAsync(BenchServer.Download, options.Streams, SmallTransfer, $"many{number}", cancel);
        figures[$"{options.Streams} streams of 100 KB at once, s"] = many.TotalSeconds;
        figures["client RSS, MB"] = network.Client.ResidentMegabytes;
        figures["relay RSS, MB (largest)"] = network.Relays.Max(relay => relay.ResidentMegabytes);
    }

    private async Task MeasureFirstByteAsync(CancellationToken cancel)
    {
        List<double> times = await _transfers.TimeDownloadsAsync(options.Requests, 1, 1, _ => $"warm{number}", cancel);
        times.RemoveAt(0); // made the circuit
        figures["first byte, warm, p50, ms"] = BenchTransfers.Percentile(times, 0.50);
        figures["first byte, warm, p99, ms"] = BenchTransfers.Percentile(times, 0.99);
    }

    private async Task MeasureCircuitsAsync(CancellationToken cancel)
    {
        long startedAt = Stopwatch.GetTimestamp();
        List<double> times = await _transfers.TimeDownloadsAsync(
            options.Circuits, ParallelCircuits, 1, mine => $"circuit{number}-{mine}", cancel);
        figures["circuits built per second"] = options.Circuits / Stopwatch.GetElapsedTime(startedAt).TotalSeconds;
        figures["new circuit to first byte, p50, ms"] = BenchTransfers.Percentile(times, 0.50);
    }
}
