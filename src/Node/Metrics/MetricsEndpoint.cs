using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Tunic.Node.Processes;
using Tunic.Primitives.Errors;

namespace Tunic.Node.Metrics;

/// <summary>Answers GET /metrics. A web server of its own would cost more memory than the client, so this reads one request and closes.</summary>
internal sealed class MetricsEndpoint : IAsyncDisposable
{
    private const int MaxHeadLength = 8 * 1024;
    private static readonly TimeSpan RequestLimit = TimeSpan.FromSeconds(5);

    private readonly MetricsReader _reader = new();
    private readonly CancellationTokenSource _stop = new(); // holds no timer, so it needs no dispose
    private readonly Socket _socket;
    private readonly Predicate<IPAddress> _isAllowed;
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
    /// <exception cref="CommandException">The port cannot be opened.</exception>
    internal MetricsEndpoint(IPEndPoint address, Predicate<IPAddress> isAllowed, string option)
    {
        _isAllowed = isAllowed;
        _socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            _socket.Bind(address);
            _socket.Listen();
        }
        catch (SocketException failure)
        {
            _socket.Dispose();
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
        _reader.Dispose();
    }

    /// <summary>One after the other: whoever collects metrics comes every few seconds.</summary>
    private async Task ServeAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            using Socket asker = await _socket.AcceptAsync(_stop.Token);
            if (asker.RemoteEndPoint is not IPEndPoint { Address: IPAddress peer } || !_isAllowed(peer))
            {
                continue;
            }

            using var limit = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
            limit.CancelAfter(RequestLimit);
            try
            {
                await asker.SendAsync(Answer(await ReadRequestLineAsync(asker, limit.Token)), limit.Token);
                asker.Shutdown(SocketShutdown.Send);
            }
            catch (Exception failure) when (failure is SocketException || (failure is OperationCanceledException && !_stop.IsCancellationRequested))
            {
                // gone, or too slow
            }
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
