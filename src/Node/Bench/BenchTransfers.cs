using System.Diagnostics;
using System.Net.Sockets;

namespace Tunic.Node.Bench;

/// <summary>Timed transfers through a SOCKS port.</summary>
internal sealed class BenchTransfers(SocksDialer dialer)
{
    /// <summary>So many bytes over so many streams at once.</summary>
    /// <param name="direction"><see cref="BenchServer.Download"/> or <see cref="BenchServer.Upload"/>.</param>
    /// <param name="streams">How many share the bytes.</param>
    /// <param name="bytes">In all.</param>
    /// <param name="user">SOCKS user name.</param>
    /// <param name="cancel">Ends the attempt.</param>
    /// <returns>Megabytes per second.</returns>
    internal async Task<double> MeasureRateAsync(byte direction, int streams, long bytes, string user, CancellationToken cancel)
    {
        long each = bytes / streams;
        TimeSpan time = await TimeManyAsync(direction, streams, each, user, cancel);
        return each * streams / 1e6 / time.TotalSeconds;
    }

    /// <summary>So many streams at once.</summary>
    internal async Task<TimeSpan> TimeManyAsync(byte direction, int streams, long each, string user, CancellationToken cancel)
    {
        long startedAt = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, streams).Select(_ => TransferAsync(direction, each, user, cancel)));
        return Stopwatch.GetElapsedTime(startedAt);
    }

    /// <summary>A download of its own connection.</summary>
    /// <returns>Milliseconds from the connection to the last byte.</returns>
    internal async Task<double> TimeDownloadAsync(int length, string user, CancellationToken cancel)
    {
        long startedAt = Stopwatch.GetTimestamp();
        using Socket socket = await dialer.OpenAsync(BenchServer.Download, length, user, cancel);
        var buffer = new byte[16 * 1024];
        await ReceiveAsync(socket, buffer, length, cancel);
        double time = Stopwatch.GetElapsedTime(startedAt).TotalMilliseconds;
        await socket.ReceiveAsync(buffer, cancel); // its end: closing first would hold up stock's next request by a delayed acknowledgement
        return time;
    }

    /// <summary>Downloads of which some are under way at any time.</summary>
    /// <param name="count">How many.</param>
    /// <param name="atOnce">How many at a time.</param>
    /// <param name="length">Bytes of each.</param>
    /// <param name="user">SOCKS user name of each, by its number from 1 on.</param>
    /// <param name="cancel">Ends the attempt.</param>
    /// <returns>Milliseconds of each.</returns>
    internal async Task<List<double>> TimeDownloadsAsync(int count, int atOnce, int length, Func<int, string> user, CancellationToken cancel)
    {
        var times = new List<double>();
        int next = 0;
        await Task.WhenAll(Enumerable.Range(0, atOnce).Select(async _ =>
        {
            int mine;
            while ((mine = Interlocked.Increment(ref next)) <= count)
            {
                double time = await TimeDownloadAsync(length, user(mine), cancel);
                lock (times)
                {
                    times.Add(time);
                }
            }
        }));
        return times;
    }

    /// <summary>The value that so large a share of the values is below. Sorts them.</summary>
    internal static double Percentile(List<double> values, double share)
    {
        values.Sort();
        return values[(int)Math.Min(values.Count - 1, values.Count * share)];
    }

    private async Task TransferAsync(byte direction, long length, string user, CancellationToken cancel)
    {
        using Socket socket = await dialer.OpenAsync(direction, length, user, cancel);
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
}
