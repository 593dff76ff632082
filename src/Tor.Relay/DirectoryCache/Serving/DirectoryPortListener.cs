using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Tunic.Primitives.Errors;
using Tunic.Tor.Network;
using Tunic.Tor.Network.Channels;

namespace Tunic.Tor.Relay.DirectoryCache.Serving;

/// <summary>The DirPort: serves the directory over plain TCP. Authorities need one, since relays upload to it.</summary>
public sealed partial class DirectoryPortListener : IDisposable
{
    private const int MaxDrained = 64 * 1024;
    private static readonly TimeSpan _drainTimeLimit = TimeSpan.FromSeconds(2);

    private readonly Socket _socket;
    private readonly DirectoryConnection _connection;
    private readonly SemaphoreSlim _places;
    private readonly ConnectionLimits _limits;
    private readonly Predicate<IPAddress> _admits;
    private readonly TimeProvider _time;
    private readonly ILogger _log;

    private DirectoryPortListener(Socket socket, DirectoryServer server, ConnectionLimits limits, Predicate<IPAddress> admits, ILogger log)
    {
        _socket = socket;
        _connection = new DirectoryConnection(server);
        _places = new SemaphoreSlim(limits.Options.MaxConnections);
        _limits = limits;
        _admits = admits;
        _time = server.Options.Time;
        _log = log;
        Address = (IPEndPoint)socket.LocalEndPoint!;
    }

    /// <summary>Where it listens, with the real port when 0 was asked for.</summary>
    public IPEndPoint Address { get; }

    /// <summary>Binds the port; connections wait until <see cref="RunAsync"/>.</summary>
    /// <param name="address">Where to listen; port 0 for any.</param>
    /// <param name="server">Answers.</param>
    /// <param name="limits">Of this port alone. Connections beyond the total wait to be accepted; those beyond the share of their address are closed.</param>
    /// <param name="admits">Whom to answer, by address (<c>DirPolicy</c>); asked for each connection.</param>
    /// <param name="log">Where to log.</param>
    /// <exception cref="DirectoryPortException">The address cannot be used.</exception>
    public static DirectoryPortListener Bind(IPEndPoint address, DirectoryServer server, ConnectionLimits limits, Predicate<IPAddress> admits, ILogger log)
    {
        try
        {
            return new DirectoryPortListener(OwnListeners.Open(address), server, limits, admits, log);
        }
        catch (SocketException failure)
        {
            throw new DirectoryPortException($"The directory port {address} cannot be opened: {failure.Message}", failure);
        }
    }

    /// <summary>Serves until cancelled, and returns when the last connection has ended.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        var serving = new HashSet<Task>();
        try
        {
            while (true)
            {
                await _places.WaitAsync(cancel);
                (Socket accepted, IPAddress remote) = await AcceptAsync(cancel);
                serving.RemoveWhere(task => task.IsCompleted);
                serving.Add(ServeAsync(accepted, remote, cancel));
            }
        }
        finally
        {
            await Task.WhenAll(serving).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Closes the port.</summary>
    public void Dispose()
    {
        _socket.Dispose();
        _places.Dispose();
    }

    /// <summary>The next connection that the limits admit: it counts until it has been served.</summary>
    private async Task<(Socket Accepted, IPAddress Remote)> AcceptAsync(CancellationToken cancel)
    {
        while (true)
        {
            try
            {
                Socket accepted = await _socket.AcceptAsync(cancel);
                if (accepted.RemoteEndPoint is IPEndPoint remote && Admits(remote.Address) && _limits.TryEnter(remote.Address, _time.GetElapsedTime(0)))
                {
                    return (accepted, remote.Address);
                }

                accepted.Dispose();
            }
            catch (SocketException failure)
            {
                // Out of file descriptors, or a peer gone before it was accepted: neither ends the listener.
                LogNotAccepted(_log, failure.SocketErrorCode);
                await Task.Delay(TimeSpan.FromMilliseconds(100), cancel);
            }
        }
    }

    private bool Admits(IPAddress remote)
    {
        bool admits = _admits(remote);
        if (!admits)
        {
            LogDenied(_log, Sensitive.Of(remote));
        }

        return admits;
    }

    private async Task ServeAsync(Socket socket, IPAddress remote, CancellationToken cancel)
    {
        try
        {
            await Task.Yield();
            using (socket)
            {
                socket.NoDelay = true;
                var asker = new DirectoryAsker(remote, IsTunnelled: false, IsAnonymous: false);
                await using var stream = new NetworkStream(socket, ownsSocket: false);
                await _connection.ServeAsync(stream, asker, cancel);
                socket.Shutdown(SocketShutdown.Send);
                await DrainAsync(stream, cancel);
            }
        }
        catch (Exception failure) when (failure is SocketException or IOException or OperationCanceledException)
        {
            // The asker has gone, or the relay stops.
        }
        catch (Exception failure)
        {
            LogFailed(_log, failure); // one request must not end the relay
        }
        finally
        {
            _limits.Leave(remote);
            _places.Release();
        }
    }

    /// <summary>Closing while bytes of the asker are unread would take the answer away from him.</summary>
    private static async Task DrainAsync(NetworkStream stream, CancellationToken cancel)
    {
        using var timer = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        timer.CancelAfter(_drainTimeLimit);
        var block = new byte[4 * 1024];
        int drained = 0;
        int count;
        while (drained < MaxDrained && (count = await stream.ReadAsync(block, timer.Token)) > 0)
        {
            drained += count;
        }
    }

    [LoggerMessage(LogLevel.Debug, "A directory connection could not be accepted: {Error}.")]
    private static partial void LogNotAccepted(ILogger log, SocketError error);

    [LoggerMessage(LogLevel.Information, "Denying dir connection from address {Remote}.")]
    private static partial void LogDenied(ILogger log, Sensitive<IPAddress> remote);

    [LoggerMessage(LogLevel.Error, "A directory request failed; please report this.")]
    private static partial void LogFailed(ILogger log, Exception failure);
}

/// <summary>The directory port cannot be opened.</summary>
public sealed class DirectoryPortException(string message, Exception? inner = null) : TunicException(ErrorKind.Configuration, message, inner);
