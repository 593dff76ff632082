using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Tunic.Tests.Tor.Client.ControlPort;

/// <summary>A program at a control port: asks, and keeps the events that come meanwhile.</summary>
internal sealed class Controller : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly Socket _socket;
    private readonly NetworkStream _stream;
    private readonly StreamReader _reader;
    private readonly List<string> _events = [];

    private Controller(Socket socket)
    {
        _socket = socket;
        _stream = new NetworkStream(socket, ownsSocket: true);
        _reader = new StreamReader(_stream, Encoding.Latin1);
    }

    internal static async Task<Controller> ConnectAsync(IPEndPoint port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(port);
        return new Controller(socket);
    }

    internal async Task SendAsync(string text) => await _stream.WriteAsync(Encoding.Latin1.GetBytes(text));

    /// <summary>Sends one command; the answer's lines are parted by line feeds.</summary>
    internal async Task<string> AskAsync(string command)
    {
        await SendAsync(command + "\r\n");
        return await ReceiveAnswerAsync();
    }

    /// <summary>The next message that is no event; empty at the end of the connection.</summary>
    internal async Task<string> ReceiveAnswerAsync()
    {
        using var timer = new CancellationTokenSource(Limit);
        string message;
        while ((message = await ReceiveAsync(timer.Token)).StartsWith("650", StringComparison.Ordinal))
        {
            _events.Add(message);
        }

        return message;
    }

    /// <summary>The first event so far, or to come, that begins so.</summary>
    internal async Task<string> WaitForEventAsync(string beginning)
    {
        using var timer = new CancellationTokenSource(Limit);
        while (true)
        {
            if (_events.Find(message => message[4..].StartsWith(beginning, StringComparison.Ordinal)) is { } found)
            {
                return found;
            }

            try
            {
                string message = await ReceiveAsync(timer.Token);
                Assert.StartsWith("650", message, StringComparison.Ordinal);
                _events.Add(message);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"no event {beginning} among\n{string.Join('\n', _events)}");
            }
        }
    }

    /// <summary>Whether the port closes the connection, whatever it still says.</summary>
    internal async Task<bool> IsClosedAsync()
    {
        using var timer = new CancellationTokenSource(Limit);
        try
        {
            while (await ReceiveAsync(timer.Token) is { Length: > 0 })
            {
                // what was said before
            }
        }
        catch (IOException)
        {
            // reset: closed as well
        }

        return true;
    }

    public async ValueTask DisposeAsync()
    {
        _reader.Dispose();
        await _stream.DisposeAsync();
        _socket.Dispose();
    }

    private async Task<string> ReceiveAsync(CancellationToken cancel)
    {
        var lines = new List<string>();
        while (await _reader.ReadLineAsync(cancel) is { } line)
        {
            lines.Add(line);
            if (line[3] == ' ')
            {
                break;
            }

            while (line[3] == '+' && lines[^1] != ".")
            {
                lines.Add(await _reader.ReadLineAsync(cancel) ?? throw new EndOfStreamException());
            }
        }

        return string.Join('\n', lines);
    }
}
