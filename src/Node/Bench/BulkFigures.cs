namespace Tunic.Node.Bench;

/// <summary>The bulk transfers of a round: both directions, over one stream and over eight.</summary>
internal static class BulkFigures
{
    /// <summary>Adds megabytes per second.</summary>
    /// <returns>Bytes in all.</returns>
    internal static async Task<long> MeasureAsync(
        BenchTransfers transfers, int megabytes, string user, Dictionary<string, double> figures, CancellationToken cancel)
    {
        long bytes = 0;
        foreach (byte direction in (byte[])[BenchServer.Download, BenchServer.Upload])
        {
            foreach (int streams in (int[])[1, 8])
            {
                string name = $"{(direction == BenchServer.Download ? "download" : "upload")}, {streams} stream{(streams > 1 ? "s" : "")}, MB/s";
                figures[name] = await transfers.MeasureRateAsync(direction, streams, megabytes * 1_000_000L, user, cancel);
                bytes += megabytes * 1_000_000L;
            }
        }

        return bytes;
    }
}
