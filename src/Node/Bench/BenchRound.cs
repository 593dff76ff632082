using System.Diagnostics;
using System.Net.Sockets;

namespace Tunic.Node.Bench;

/// <summary>Measures one network once: every figure of the table.</summary>
internal sealed class BenchRound(BenchNetwork network, BenchOptions options, int targetPort, int number)
{
    private const int ParallelCircuits = 16;
    private const int SmallTransfer = 100_000;

    private readonly SocksDialer _dialer = new(network.SocksPort, targetPort);

    /// <summary>Figures by name, in the order of the table.</summary>
    internal async Task<IReadOnlyDictionary<string, double>> RunAsync(CancellationToken cancel)
    {
        var figures = new Dictionary<string, double>();
        await MeasureFirstByteAsync(figures, cancel);
        double bytes = 0;
        double cpuBefore = network.CpuSeconds;
        foreach (byte direction in (byte[])[BenchServer.Download, BenchServer.Upload])
        {
            foreach (int streams in (int[])[1, 8])
            {
                string name = $"{(direction == BenchServer.Download ? "download" : "upload")}, {streams} stream{(streams > 1 ? "s" : "")}, MB/s";
                figures[name] = await TransferAsync(direction, streams, cancel);
                bytes += options.Megabytes * 1e6;
            }
        }

        figures["CPU-seconds per GB, client and 3 relays"] = (network.CpuSeconds - cpuBefore) / (bytes / 1e9);
        cpuBefore = network.CpuSeconds;
        await MeasureCircuitsAsync(figures, cancel);
        figures["CPU-milliseconds per new circuit"] = (network.CpuSeconds - cpuBefore) / options.Circuits * 1e3;
        figures[$"{options.Streams} streams of 100 KB at once, s"] = await MeasureManyStreamsAsync(cancel);
        figures["client RSS, MB"] = network.Client.ResidentMegabytes;
        figures["relay RSS, MB (largest)"] = network.Relays.Max(relay => relay.ResidentMegabytes);
        return figures;
    }

    private async Task<double> TransferAsync(byte direction, int streams, CancellationToken cancel)
    {
        long each = options.Megabytes * 1_000_000L / streams;
        long startedAt = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, streams).Select(_ => TransferOneAsync(direction, each, $"bulk{number}", cancel)));
        return each * streams / 1e6 / Stopwatch.GetElapsedTime(startedAt).TotalSeconds;
    }

    private async Task TransferOneAsync(byte direction, long length, string user, CancellationToken cancel)
    {
        using Socket socket = await _dialer.OpenAsync(direction, length, user, cancel);
        var buffer = new byte[64 * 1024];
        if (direction == BenchServer.Download)
        {
            await ReceiveAsync(socket, buffer, length, cancel);
            return;
        }

        for (long sent = 0; sent < length;)
        {
            sent += await socket.SendAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, length - sent)), cancel);
        }

        await ReceiveAsync(socket, buffer, 1, cancel);
    }

    private async Task MeasureFirstByteAsync(Dictionary<string, double> figures, CancellationToken cancel)
    {
        var times = new List<double>();
        for (int i = 0; i < options.Requests; i++)
        {
            times.Add(await TimeOneByteAsync($"warm{number}", cancel));
        }

        times.RemoveAt(0); // made the circuit
        figures["first byte, warm, p50, ms"] = Percentile(times, 0.50);
        figures["first byte, warm, p99, ms"] = Percentile(times, 0.99);
    }

    private async Task MeasureCircuitsAsync(Dictionary<string, double> figures, CancellationToken cancel)
    {
        var times = new List<double>();
        int next = 0;
        long startedAt = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, ParallelCircuits).Select(async _ =>
        {
            int mine;
            while ((mine = Interlocked.Increment(ref next)) <= options.Circuits)
            {
                double time = await TimeOneByteAsync($"circuit{number}-{mine}", cancel);
                lock (times)
                {
                    times.Add(time);
                }
            }
        }));
        figures["circuits built per second"] = options.Circuits / Stopwatch.GetElapsedTime(startedAt).TotalSeconds;
        figures["new circuit to first byte, p50, ms"] = Percentile(times, 0.50);
    }

    private async Task<double> MeasureManyStreamsAsync(CancellationToken cancel)
    {
        long startedAt = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, options.Streams).Select(
            _ => TransferOneAsync(BenchServer.Download, SmallTransfer, $"many{number}", cancel)));
        return Stopwatch.GetElapsedTime(startedAt).TotalSeconds;
    }

    private async Task<double> TimeOneByteAsync(string user, CancellationToken cancel)
    {
        long startedAt = Stopwatch.GetTimestamp();
        using Socket socket = await _dialer.OpenAsync(BenchServer.Download, 1, user, cancel);
        var buffer = new byte[1];
        await ReceiveAsync(socket, buffer, 1, cancel);
        double time = Stopwatch.GetElapsedTime(startedAt).TotalMilliseconds;
        await socket.ReceiveAsync(buffer, cancel); // its end: closing first would hold up stock's next request by a delayed acknowledgement
        return time;
    }

    private static async Task ReceiveAsync(Socket socket, byte[] buffer, long length, CancellationToken cancel)
    {
        for (long received = 0; received < length;)
        {
            int count = await socket.ReceiveAsync(buffer, cancel);
            if (count == 0)
            {
                throw new IOException($"the stream ended after {received} of {length} bytes");
            }

            received += count;
        }
    }

    private static double Percentile(List<double> values, double share)
    {
        values.Sort();
        return values[(int)Math.Min(values.Count - 1, values.Count * share)];
    }
}
