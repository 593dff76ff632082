using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;

namespace Tunic.Tests.Interop.Support;

/// <summary>A control connection to a tor, as a lever for tests: commands, circuits along given relays, streams put onto them, events.</summary>
/// <remarks>One command at a time.</remarks>
public sealed class TorControl : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly TcpClient _connection;
    private readonly Task _reading;
    private readonly Channel<Reply> _replies = Channel.CreateUnbounded<Reply>();
    private readonly Channel<string> _events = Channel.CreateUnbounded<string>();

    private TorControl(TcpClient connection)
    {
        _connection = connection;
        _reading = ReadAsync();
    }

    /// <summary>Connects, also to a tor that is still starting, and authenticates with an empty password.</summary>
    public static async Task<TorControl> ConnectAsync(int port)
    {
        var connection = new TcpClient();
        await Deadline.UntilAsync($"control port {port} open", Limit, async () =>
        {
            try
            {
                await connection.ConnectAsync(IPAddress.Loopback, port);
                return true;
            }
            catch (SocketException)
            {
                connection.Dispose();
                connection = new TcpClient();
                return false;
            }
        });
        var control = new TorControl(connection);
        await control.SendAsync("AUTHENTICATE \"\"");
        return control;
    }

    /// <summary>Sends one command and returns its reply, a line each, without the status code.</summary>
    /// <exception cref="InvalidOperationException">The answer was an error; the message holds it.</exception>
    public async Task<IReadOnlyList<string>> SendAsync(string command)
    {
        await _connection.GetStream().WriteAsync(Encoding.UTF8.GetBytes(command + "\r\n"));
        using var timer = new CancellationTokenSource(Limit);
        Reply reply = await _replies.Reader.ReadAsync(timer.Token);
        return reply.Status.StartsWith('2')
            ? reply.Lines
            : throw new InvalidOperationException($"{command}: {reply.Status} {string.Join(" / ", reply.Lines)}");
    }

    /// <summary>GETINFO of one key; an answer of several lines comes with line feeds.</summary>
    public async Task<string> GetInfoAsync(string key)
    {
        IReadOnlyList<string> reply = await SendAsync($"GETINFO {key}");
        string first = reply[0][(reply[0].IndexOf('=', StringComparison.Ordinal) + 1)..];
        return first.Length > 0 ? first : string.Join('\n', reply.Skip(1).SkipLast(1));
    }

    /// <summary>Builds a circuit along these relays and waits until it is open; returns its id.</summary>
    public async Task<string> BuildCircuitAsync(params string[] fingerprints)
    {
        await SendAsync("SETEVENTS CIRC STREAM");
        IReadOnlyList<string> reply = await SendAsync($"EXTENDCIRCUIT 0 {string.Join(',', fingerprints.Select(fingerprint => "$" + fingerprint))}");
        string id = reply[0].Split(' ')[1];
        string outcome = await WaitForEventAsync(line =>
            line.StartsWith($"CIRC {id} BUILT", StringComparison.Ordinal) || line.StartsWith($"CIRC {id} FAILED", StringComparison.Ordinal)
            || line.StartsWith($"CIRC {id} CLOSED", StringComparison.Ordinal));
        return outcome.Contains(" BUILT", StringComparison.Ordinal) ? id : throw new InvalidOperationException(outcome);
    }

    /// <summary>Makes every following stream wait for <see cref="AttachNextStreamAsync"/>.</summary>
    public async Task LeaveStreamsUnattachedAsync()
    {
        await SendAsync("SETCONF __LeaveStreamsUnattached=1");
        await SendAsync("SETEVENTS CIRC STREAM");
    }

    /// <summary>Waits for a new stream of an application and puts it onto the circuit.</summary>
    public async Task AttachNextStreamAsync(string circuit)
    {
        string stream = await WaitForEventAsync(line =>
            line.StartsWith("STREAM ", StringComparison.Ordinal) && line.Split(' ')[2] == "NEW" && line.Contains("PURPOSE=USER", StringComparison.Ordinal));
        await SendAsync($"ATTACHSTREAM {stream.Split(' ')[1]} {circuit}");
    }

    /// <summary>Waits for an event, without its code, that fits; those that do not are dropped.</summary>
    public async Task<string> WaitForEventAsync(Predicate<string> fits)
    {
        using var timer = new CancellationTokenSource(Limit);
        while (true)
        {
            string line = await _events.Reader.ReadAsync(timer.Token);
            if (fits(line))
            {
                return line;
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        _connection.Dispose();
        await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task ReadAsync()
    {
        using var reader = new StreamReader(_connection.GetStream());
        var lines = new List<string>();
        bool inData = false;
        try
        {
            while (await reader.ReadLineAsync() is { } line)
            {
                if (inData)
                {
                    inData = line != ".";
                    if (inData)
                    {
                        lines.Add(line.StartsWith("..", StringComparison.Ordinal) ? line[1..] : line);
                    }

                    continue;
                }

                if (line.Length < 4)
                {
                    throw new IOException($"no control reply: '{line}'");
                }

                lines.Add(line[4..]);
                inData = line[3] == '+';
                if (line[3] == ' ')
                {
                    Deliver(new Reply(line[..3], lines));
                    lines = [];
                }
            }

            _replies.Writer.TryComplete();
            _events.Writer.TryComplete();
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or SocketException)
        {
            _replies.Writer.TryComplete(exception);
            _events.Writer.TryComplete(exception);
        }
    }

    private void Deliver(Reply reply)
    {
        if (reply.Status == "650")
        {
            _events.Writer.TryWrite(reply.Lines[0]);
        }
        else
        {
            _replies.Writer.TryWrite(reply);
        }
    }

    private sealed record Reply(string Status, IReadOnlyList<string> Lines);
}
