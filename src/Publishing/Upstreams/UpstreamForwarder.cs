using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Tunic.Primitives.Overlay;

namespace Tunic.Publishing.Upstreams;

/// <summary>Joins each stream that comes to a listener with a connection of its own to an upstream, and copies bytes both ways.</summary>
/// <remarks>
/// Streams of an overlay have no half-close. When the upstream ends, all that it sent is delivered, and the stream ends; when the visitor ends,
/// the upstream is given all that he sent, and told that no more comes.
/// </remarks>
/// <param name="upstream">Where to.</param>
/// <param name="log">Told when the upstream is not there.</param>
/// <param name="maxConnections">At once; a visitor beyond waits until another has gone.</param>
public sealed partial class UpstreamForwarder(Upstream upstream, ILogger log, int maxConnections = UpstreamForwarder.DefaultMaxConnections)
{
    /// <summary>Connections at once by default.</summary>
    public const int DefaultMaxConnections = 1000;

    private const int BufferLength = 16 * 1024; // twice for each visitor

    private static readonly TimeSpan _connectTimeout = TimeSpan.FromSeconds(30);

    /// <summary>How long an upstream may take, after a visitor has gone, to read what he sent.</summary>
    private static readonly TimeSpan _linger = TimeSpan.FromMinutes(2);

    private static ReadOnlySpan<byte> NotThere => "HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/plain\r\nContent-Length: 41\r\nConnection: close\r\n\r\nThe server behind this address is away.\r\n"u8;

    /// <summary>Serves until the listener ends or it is cancelled; the streams that are open then end as well.</summary>
    /// <param name="listener">Stays the caller's.</param>
    /// <param name="cancel">Ends it, without an exception.</param>
    public async Task RunAsync(IOverlayListener listener, CancellationToken cancel)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        using var places = new SemaphoreSlim(maxConnections);
        var running = new List<Task>();
        try
        {
            while (true)
            {
                await places.WaitAsync(cancel);
                if (await listener.AcceptAsync(cancel) is not { } stream)
                {
                    break;
                }

                running.RemoveAll(done => done.IsCompletedSuccessfully);
                running.Add(ServeAsync(stream, places, stop.Token));
            }
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // asked to stop
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(running);
        }
    }

    private async Task ServeAsync(Stream visitor, SemaphoreSlim places, CancellationToken stop)
    {
        try
        {
            await using (visitor)
            using (Socket? socket = await TryConnectAsync(visitor, stop))
            {
                if (socket is not null)
                {
                    await JoinAsync(visitor, socket, stop);
                }
            }
        }
        catch (Exception ended) when (ended is IOException or SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // one of the two has gone
        }
        finally
        {
            places.Release();
        }
    }

    /// <summary>Null when it is not there, and the visitor was told.</summary>
    private async Task<Socket?> TryConnectAsync(Stream visitor, CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(_connectTimeout);
        string why;
        try
        {
            return await upstream.ConnectAsync(limit.Token);
        }
        catch (SocketException failure)
        {
            why = Upstream.Describe(failure);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            why = "it does not answer";
        }

        LogUnreachable(log, upstream, why);
        if (upstream.IsHttp)
        {
            await visitor.WriteAsync(NotThere.ToArray(), stop);
        }

        return null;
    }

    private static async Task JoinAsync(Stream visitor, Socket socket, CancellationToken stop)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop);
        await using var server = new NetworkStream(socket, ownsSocket: false);
        Task inward = visitor.CopyToAsync(server, BufferLength, either.Token);
        Task outward = server.CopyToAsync(visitor, BufferLength, either.Token);
        try
        {
            if (await Task.WhenAny(inward, outward) == inward && inward.IsCompletedSuccessfully)
            {
                socket.Shutdown(SocketShutdown.Send);
                either.CancelAfter(_linger);
                await DrainAsync(outward, server, either.Token);
            }
        }
        finally
        {
            await either.CancelAsync();
            await visitor.DisposeAsync(); // after the last byte of the upstream
            await Task.WhenAll(inward, outward).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Closing a socket that has something to read would make the other side lose what it has not read itself.</summary>
    private static async Task DrainAsync(Task outward, NetworkStream server, CancellationToken cancel)
    {
        await outward.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // until it finds that the visitor takes no more
        await server.CopyToAsync(Stream.Null, BufferLength, cancel);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Upstream} cannot be reached for a visitor: {Why}.")]
    private static partial void LogUnreachable(ILogger log, Upstream upstream, string why);
}
