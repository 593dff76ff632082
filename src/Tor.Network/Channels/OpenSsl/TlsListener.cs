using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Tunic.Primitives.Errors;

namespace Tunic.Tor.Network.Channels.OpenSsl;

/// <summary>An OR port: accepts TCP connections, completes TLS and hands them on to become channels.</summary>
/// <param name="address">Where to listen; port 0 for any.</param>
/// <param name="limits">Which connections to accept; may be shared by several listeners.</param>
/// <param name="context">The certificate to show; asked for each connection, so that it can be replaced.</param>
/// <param name="open">Completes the link handshake. The connection counts until the channel has closed.</param>
/// <param name="options">Limits on handshakes.</param>
/// <param name="environment">Clock and log.</param>
public sealed partial class TlsListener(
    IPEndPoint address,
    ConnectionLimits limits,
    Func<TlsContext> context,
    Func<ChannelTransport, CancellationToken, Task<Channel>> open,
    TlsListenerOptions options,
    ChannelEnvironment environment)
    : IAsyncDisposable
{
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromMilliseconds(100);

    private readonly BackgroundTasks _handshakes = new(environment.Log);
    private readonly CancellationTokenSource _stop = new(); // holds no timer, so it needs no dispose
    private readonly HandshakeSlots _strangers = new(options.MaxHandshakes);
    private readonly HandshakeSlots _relays = new(options.MaxRelayHandshakes);
    private Socket? _socket;
    private Task _accepting = Task.CompletedTask;

    /// <summary>Where it listens.</summary>
    public IPEndPoint LocalEndPoint =>
        (IPEndPoint?)_socket?.LocalEndPoint ?? throw new InvalidOperationException("the listener has not been started");

    /// <summary>Starts to accept.</summary>
    /// <exception cref="SocketException">The address is not ours or in use.</exception>
    public void Start()
    {
        _socket = OwnListeners.Open(address, options.Backlog);
        _accepting = AcceptAsync(_socket);
    }

    /// <summary>Stops accepting and breaks off the handshakes under way. Channels that are open stay.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _socket?.Dispose();
        await _accepting;
        await _handshakes.DisposeAsync();
    }

    private async Task AcceptAsync(Socket socket)
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                Accept(await socket.AcceptAsync(_stop.Token));
            }
            catch (SocketException failure)
            {
                // Out of file descriptors, mostly: what is open goes on.
                LogAcceptFailed(environment.Log, failure.SocketErrorCode);
                await Task.Delay(PauseAfterFailure, environment.Time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (Exception failure) when (failure is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private void Accept(Socket connection)
    {
        if (connection.RemoteEndPoint is not IPEndPoint remote || !limits.TryEnter(remote.Address, environment.Now))
        {
            connection.Dispose();
            return;
        }

        HandshakeSlots slots = limits.IsExempt(remote.Address) ? _relays : _strangers;
        if (!_handshakes.TryRun(cancel => OpenAsync(connection, remote.Address, slots, cancel)))
        {
            connection.Dispose();
            limits.Leave(remote.Address);
        }
    }

    private async Task OpenAsync(Socket connection, IPAddress remote, HandshakeSlots slots, CancellationToken cancel)
    {
        HandshakeSlot slot = slots.Enter(remote);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, slot.Token);
        try
        {
            ChannelTransport transport = await EncryptAsync(connection, either.Token);
            Channel channel = await open(transport, either.Token);
            _ = channel.Completion.ContinueWith(
                _ => limits.Leave(remote), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
        catch (Exception failure)
        {
            limits.Leave(remote);
            if (failure is not (IOException or TimeoutException or TunicException or OperationCanceledException))
            {
                throw;
            }

            LogRefused(environment.Log, Sensitive.Of(remote), failure.Message); // a stranger's fault: nothing that the operator has to know
        }
        finally
        {
            slots.Leave(slot);
        }
    }

    private async Task<ChannelTransport> EncryptAsync(Socket connection, CancellationToken cancel)
    {
        using var timer = new CancellationTokenSource(options.HandshakeTimeout, environment.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, timer.Token);
        try
        {
            return await TlsTransport.HandshakeAsync(connection, context(), isServer: true, serverName: null, either.Token);
        }
        catch (OperationCanceledException) when (timer.IsCancellationRequested && !cancel.IsCancellationRequested)
        {
            throw new TimeoutException($"no TLS handshake within {options.HandshakeTimeout.TotalSeconds:0.#} s");
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "cannot accept a connection: {Error}")]
    private static partial void LogAcceptFailed(ILogger log, SocketError error);

    [LoggerMessage(Level = LogLevel.Debug, Message = "an incoming connection from {Remote} failed: {Reason}")]
    private static partial void LogRefused(ILogger log, Sensitive<IPAddress> remote, string reason);
}
