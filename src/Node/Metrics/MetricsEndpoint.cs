using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Tunic.Node.Processes;
using Tunic.Primitives.Errors;
using Tunic.Tor.Network;

namespace Tunic.Node.Metrics;

/// <summary>Answers GET /metrics. A web server of its own would cost more memory than the client, so this reads one request and closes.</summary>
internal sealed class MetricsEndpoint : IAsyncDisposable
{
    /// <summary>Askers served at once; more wait to be accepted. Whoever collects metrics comes every few seconds.</summary>
    internal const int MaxAskers = 8;

    /// <summary>How long one asker may take in all.</summary>
    internal static readonly TimeSpan RequestLimit = TimeSpan.FromSeconds(5);

    private const int MaxHeadLength = 8 * 1024;
    private static readonly TimeSpan AcceptPause = TimeSpan.FromMilliseconds(200);

    private readonly MetricsReader _reader = new();
    private readonly CancellationTokenSource _stop = new(); // holds no timer, so it needs no dispose
    private readonly SemaphoreSlim _places = new(MaxAskers);
    private readonly Socket _socket;
    private readonly Predicate<IPAddress> _isAllowed;
    private readonly TimeProvider _time;
    private readonly Func<Socket, CancellationToken, ValueTask<Socket>> _accept;
    private readonly Task _serving;

    /// <summary>On 127.0.0.1, for everybody there.</summary>
    /// <exception cref="CommandException">The port cannot be opened.</exception>
    internal MetricsEndpoint(int port)
        : this(new IPEndPoint(IPAddress.Loopback, port), _ => true, "--metrics-port")
    {
    }

    /// <param name="address">Where to listen.</param>
    /// <param name="isAllowed">Who is answered; others find the connection closed.</param>
    /// <param name="option">What the user has to change when the port is in use.</param>
    /// <param name="time">Clock; null for the system's.</param>
    /// <param name="accept">Accepts from the port; null for the socket's own way. A test gives one that fails.</param>
    /// <exception cref="CommandException">The port cannot be opened.</exception>
    internal MetricsEndpoint(
        IPEndPoint address,
        Predicate<IPAddress> isAllowed,
        string option,
        TimeProvider? time = null,
        Func<Socket, CancellationToken, ValueTask<Socket>>? accept = null)
    {
        _isAllowed = isAllowed;
        _time = time ?? TimeProvider.System;
        _accept = accept ?? ((socket, cancel) => socket.AcceptAsync(cancel));
        try
        {
            _socket = OwnListeners.Open(address);
        }
        catch (SocketException failure)
        {
            _reader.Dispose();
            throw new CommandException(
                ErrorKind.Configuration, $"cannot listen on {address}: {failure.Message}; choose another port with {option}", failure);
        }

        Address = (IPEndPoint)_socket.LocalEndPoint!;
        _serving = ServeAsync();
    }

    internal IPEndPoint Address { get; }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _socket.Dispose();
        await _serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _places.Dispose();
        _reader.Dispose();
    }

    private async Task ServeAsync()
    {
        var serving = new HashSet<Task>();
        try
        {
            while (true)
            {
                await _places.WaitAsync(_stop.Token);
                Socket asker = await AcceptAsync();
                serving.RemoveWhere(task => task.IsCompleted);
                serving.Add(ServeAsync(asker));
            }
        }
        finally
        {
            await Task.WhenAll(serving).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>The next connection of somebody who is answered.</summary>
    private async Task<Socket> AcceptAsync()
    {
        while (true)
        {
            try
            {
                Socket asker = await _accept(_socket, _stop.Token);
                if (asker.RemoteEndPoint is IPEndPoint { Address: IPAddress peer } && _isAllowed(peer))
                {
                    return asker;
                }

                asker.Dispose();
            }
            catch (SocketException) when (!_stop.IsCancellationRequested)
            {
                // no descriptors left, or the asker has gone already: later ones are answered again
                await Task.Delay(AcceptPause, _time, _stop.Token);
            }
        }
    }

    /// <summary>The boundary for exceptions: whatever happens on one connection ends that connection.</summary>
    private async Task ServeAsync(Socket asker)
    {
        try
        {
            using (asker)
            {
                using var timer = new CancellationTokenSource(RequestLimit, _time);
                using var limit = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, _stop.Token);
                await asker.SendAsync(Answer(await ReadRequestLineAsync(asker, limit.Token)), limit.Token);
                asker.Shutdown(SocketShutdown.Send);
            }
        }
        catch (Exception failure) when (failure is SocketException or OperationCanceledException)
        {
            // gone, or too slow
        }
        finally
        {
            _places.Release();
        }
    }

    private static async Task<string> ReadRequestLineAsync(Socket asker, CancellationToken cancel)
    {
        var head = new byte[MaxHeadLength];
        int length = 0;
        while (length < head.Length && head.AsSpan(0, length).IndexOf("\r\n\r\n"u8) < 0)
        {
            int count = await asker.ReceiveAsync(head.AsMemory(length), cancel);
            if (count == 0)
            {
                break;
            }

            length += count;
        }

        return Encoding.Latin1.GetString(head, 0, length).Split("\r\n", 2)[0];
    }

    private byte[] Answer(string requestLine)
    {
        bool isFound = requestLine.StartsWith("GET /metrics ", StringComparison.Ordinal);
        byte[] body = Encoding.UTF8.GetBytes(isFound ? _reader.Read() : "GET /metrics\n");
        string head = string.Create(
            CultureInfo.InvariantCulture,
            $"HTTP/1.1 {(isFound ? "200 OK" : "404 Not Found")}\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n");
        return [.. Encoding.ASCII.GetBytes(head), .. body];
    }
}
