using System.Diagnostics;
using System.Globalization;
using Tunic.Node.Progress;
using Tunic.Primitives.Errors;
using Tunic.Tor.Client;
using Tunic.Tor.Network.Circuits;
using Tunic.Tor.Protocol.Paths;

namespace Tunic.Node.Commands;

/// <summary>Tests relays by building a circuit to each: through a guard and a middle, so that nobody learns who tests.</summary>
internal sealed class RelayProbe(TorClient client, TimeSpan limit, IProgressView view)
{
    /// <summary>The middle may be unable to reach it; another one tells.</summary>
    private const int Attempts = 2;

    private const int AtOnce = 8;

    internal async Task<RelayReport[]> RunAsync(IReadOnlyList<Relay> relays, CancellationToken cancel)
    {
        using var places = new SemaphoreSlim(AtOnce);
        int done = 0;
        return await Task.WhenAll(relays.Select(async relay =>
        {
            await places.WaitAsync(cancel);
            try
            {
                return new RelayReport(relay, await MeasureAsync(relay, cancel));
            }
            finally
            {
                places.Release();
                view.Begin(string.Create(CultureInfo.InvariantCulture, $"asked {Interlocked.Increment(ref done)} of {relays.Count} relays"));
            }
        }));
    }

    private async Task<TimeSpan?> MeasureAsync(Relay relay, CancellationToken cancel)
    {
        for (int attempt = 0; attempt < Attempts && !relay.NtorOnionKey.IsEmpty; attempt++)
        {
            var clock = Stopwatch.StartNew();
            using var timer = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            timer.CancelAfter(limit);
            try
            {
                await using OriginCircuit circuit = await client.BuildCircuitToAsync(relay, timer.Token);
                return clock.Elapsed;
            }
            catch (Exception failure) when (!cancel.IsCancellationRequested && failure is TunicException or OperationCanceledException or IOException)
            {
                // another path may be luckier
            }
        }

        return null;
    }
}
