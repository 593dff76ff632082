using System.Diagnostics;
using Tunic.Node.Processes;
using Tunic.Node.Progress;
using Tunic.Primitives.Errors;
using Tunic.Primitives.Overlay;
using Tunic.Tor.Client;
using Tunic.Tor.Client.Http;
using Tunic.Tor.Client.Streams;
using Tunic.Tor.Protocol.Paths;

namespace Tunic.Node.Commands;

/// <summary>Fetches one page through a circuit that nothing else uses, and watches which way it went.</summary>
internal static class CircuitFetch
{
    private const int BlockLength = 64 * 1024;

    /// <param name="client">Bootstrapped, or on its way.</param>
    /// <param name="url">http or https.</param>
    /// <param name="body">Receives the answer's body.</param>
    /// <param name="view">Shows how far it has come; null shows nothing.</param>
    /// <param name="cancel">Ends it.</param>
    /// <exception cref="CommandException">The page cannot be had.</exception>
    internal static async Task<FetchResult> RunAsync(TorClient client, Uri url, Stream body, IProgressView? view, CancellationToken cancel)
    {
        var isolation = new IsolationKey($"fetch;{Guid.NewGuid():N}");
        IReadOnlyList<Relay> route = [];
        TimeSpan connected = default;
        var clock = Stopwatch.StartNew();

        void OnOpened(StreamRequest request, IReadOnlyList<Relay> path)
        {
            if (request.Isolation == isolation)
            {
                (route, connected) = (path, clock.Elapsed);
            }
        }

        client.StreamOpened += OnOpened;
        view?.Begin($"fetching {url}");
        try
        {
            using var http = new HttpClient(new TorHttpMessageHandler(client, new TorHttpOptions { Isolation = isolation }));
            using HttpResponseMessage answer = await http.GetAsync(url, HttpCompletionOption.ResponseHeadersRead, cancel);
            TimeSpan firstByte = clock.Elapsed;
            long length = 0;
            await using Stream content = await answer.Content.ReadAsStreamAsync(cancel);
            var block = new byte[BlockLength];
            for (int count; (count = await content.ReadAsync(block, cancel)) > 0; length += count)
            {
                await body.WriteAsync(block.AsMemory(0, count), cancel);
                view?.Begin($"fetching {url}: {length + count} bytes");
            }

            view?.Done($"fetched {url} {(route.Count > 0 ? $"through {route.Count} relays" : "over a rendezvous circuit")}");
            return new FetchResult
            {
                Url = url.ToString(),
                Status = (int)answer.StatusCode,
                Length = length,
                Route = route,
                Connected = connected,
                FirstByte = firstByte,
                Total = clock.Elapsed,
            };
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            throw new CommandException(ErrorKind.RemoteUnreachable, $"{url} cannot be fetched: {(failure.InnerException ?? failure).Message}.", failure);
        }
        finally
        {
            client.StreamOpened -= OnOpened;
        }
    }
}
