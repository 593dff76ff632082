using System.Diagnostics;

namespace Tunic.Node.Bench;

/// <summary>Measures onion services once: every figure of the table of <c>tunic bench onion</c>.</summary>
internal sealed class OnionBenchRound(OnionBenchNetwork network, OnionBenchOptions options, int targetPort, int number)
{
    private const int VisitorsAtOnce = 8;
    private const int VisitLength = 10_000;

    private readonly Dictionary<string, double> _figures = [];

    /// <summary>Figures by name, in the order of the table.</summary>
    internal async Task<IReadOnlyDictionary<string, double>> RunAsync(CancellationToken cancel)
    {
        await network.RestartClientAsync(cancel);
        string address = await MeasureStartAsync(cancel);
        await MeasureAddedServicesAsync(cancel);
        var transfers = new BenchTransfers(Dialer(address));
        await transfers.TimeDownloadAsync(1, $"bulk{number}", cancel); // meets the service
        double cpuBefore = network.CpuSeconds;
        long bytes = await BulkFigures.MeasureAsync(transfers, options.Megabytes, $"bulk{number}", _figures, cancel);
        _figures["CPU-seconds per GB, all processes"] = (network.CpuSeconds - cpuBefore) / (bytes / 1e9);
        await MeasureVisitsAsync(transfers, cancel);
        _figures["client RSS, MB"] = network.Client.ResidentMegabytes;
        _figures["service RSS, MB"] = network.Service.ResidentMegabytes;
        return _figures;
    }

    private SocksDialer Dialer(string address) => new(network.SocksPort, address, 80);

    private async Task<string> MeasureStartAsync(CancellationToken cancel)
    {
        long startedAt = Stopwatch.GetTimestamp();
        string address = await network.RestartServiceAsync(targetPort, cancel);
        _figures["process start to uploaded, s"] = Stopwatch.GetElapsedTime(startedAt).TotalSeconds;
        await Dialer(address).WaitForFirstByteAsync($"first{number}", network.Client, cancel);
        _figures["process start to reachable, s"] = Stopwatch.GetElapsedTime(startedAt).TotalSeconds;
        return address;
    }

    private async Task MeasureAddedServicesAsync(CancellationToken cancel)
    {
        BenchController controller = network.Controller!;
        var times = new List<double>();
        for (int i = 0; i < options.AddedServices; i++)
        {
            long startedAt = Stopwatch.GetTimestamp();
            IReadOnlyList<string> answer = await controller.SendAsync($"ADD_ONION NEW:ED25519-V3 Flags=DiscardPK Port=80,127.0.0.1:{targetPort}", cancel);
            string id = answer[0]["ServiceID=".Length..];
            await controller.WaitUntilUploadedAsync(id, cancel);
            await Dialer(id + ".onion").WaitForFirstByteAsync($"added{number}-{i}", network.Client, cancel);
            times.Add(Stopwatch.GetElapsedTime(startedAt).TotalSeconds);
            await controller.SendAsync($"DEL_ONION {id}", cancel);
        }

        _figures["ADD_ONION to first byte, s"] = BenchReport.Median(times);
    }

    private async Task MeasureVisitsAsync(BenchTransfers transfers, CancellationToken cancel)
    {
        double cpuBefore = network.CpuSeconds;
        List<double> times = await transfers.TimeDownloadsAsync(options.Visits, VisitorsAtOnce, VisitLength, visitor => $"visitor{number}-{visitor}", cancel);
        Add("visit of 10 KB by a new visitor", times);
        _figures["CPU-milliseconds per new visitor, all processes"] = (network.CpuSeconds - cpuBefore) / options.Visits * 1e3;
        Add("visit of 10 KB by a known visitor", await transfers.TimeDownloadsAsync(Math.Max(1, options.Visits / 5), 1, VisitLength, _ => $"bulk{number}", cancel));
    }

    private void Add(string name, List<double> times)
    {
        _figures[$"{name}, p50, ms"] = BenchTransfers.Percentile(times, 0.50);
        _figures[$"{name}, p99, ms"] = BenchTransfers.Percentile(times, 0.99);
    }
}
