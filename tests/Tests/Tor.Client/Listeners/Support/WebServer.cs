using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Tunic.Tests.Tor.Client.Listeners.Support;

/// <summary>
/// A small web server that keeps the heads it received. Paths: /bytes/N (with length), /chunks/N (chunked), /until-close/N, /status/N,
/// /echo (the body back), /slow (after the first byte it waits for ever), /drop (closes without an answer), /cut (half of what it promises).
/// </summary>
internal sealed class WebServer : IAsyncDisposable
{
    private readonly TargetServer _server;

    internal WebServer() => _server = new TargetServer(ServeAsync);

    internal ushort Port => _server.Port;

    internal int Connections => _server.Accepted;

    /// <summary>Request heads as they arrived.</summary>
    internal ConcurrentQueue<string> Heads { get; } = new();

    /// <summary>Requests after which it closes a kept connection without saying so.</summary>
    internal int CloseAfter { get; set; } = int.MaxValue;

    internal static byte[] Content(int length) => [.. Enumerable.Range(0, length).Select(i => (byte)((i * 7) + (i >> 8)))];

    internal string Url(string path, string host = "web.example") => string.Create(CultureInfo.InvariantCulture, $"http://{host}:{Port}{path}");

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task ServeAsync(NetworkStream stream, CancellationToken cancel)
    {
        for (int served = 0; served < CloseAfter; served++)
        {
            if (await ReadHeadAsync(stream, cancel) is not { } head)
            {
                return;
            }

            Heads.Enqueue(head);
            if (!await AnswerAsync(stream, head, cancel) || head.Contains("Connection: close", StringComparison.OrdinalIgnoreCase))
            {
                return;
            }
        }
    }

    private static async Task<bool> AnswerAsync(NetworkStream stream, string head, CancellationToken cancel)
    {
        if (head.Contains("Expect: 100-continue", StringComparison.OrdinalIgnoreCase))
        {
            await SendAsync(stream, "HTTP/1.1 100 Continue\r\n\r\n", cancel);
        }

        byte[] body = await ReadBodyAsync(stream, head, cancel);
        string[] words = head.Split(' ')[1].Split('?')[0].Split('/', StringSplitOptions.RemoveEmptyEntries);
        bool isHead = head.StartsWith("HEAD ", StringComparison.Ordinal);
        switch (words)
        {
            case ["bytes", string count]:
                await SendAsync(stream, $"HTTP/1.1 200 OK\r\nContent-Length: {count}\r\nKeep-Alive: timeout=5\r\n\r\n", cancel);
                await stream.WriteAsync(isHead ? [] : Content(Number(count)), cancel);
                return true;
            case ["chunks", string count]:
                await SendAsync(stream, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", cancel);
                foreach (byte[] chunk in Content(Number(count)).Chunk(1_000))
                {
                    await SendAsync(stream, $"{chunk.Length:x}\r\n", cancel);
                    await stream.WriteAsync(chunk, cancel);
                    await SendAsync(stream, "\r\n", cancel);
                }

                await SendAsync(stream, "0\r\nX-Trailer: yes\r\n\r\n", cancel);
                return true;
            case ["until-close", string count]:
                await SendAsync(stream, "HTTP/1.1 200 OK\r\n\r\n", cancel);
                await stream.WriteAsync(Content(Number(count)), cancel);
                return false;
            case ["status", string status]:
                await SendAsync(stream, $"HTTP/1.1 {status} Text\r\n{(status is "204" or "304" ? "" : "Content-Length: 0\r\n")}\r\n", cancel);
                return true;
            case ["echo"]:
                await SendAsync(stream, $"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n", cancel);
                await stream.WriteAsync(body, cancel);
                return true;
            case ["slow"]:
                await SendAsync(stream, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nx", cancel);
                await Task.Delay(Timeout.Infinite, cancel);
                return false;
            case ["cut"]:
                await SendAsync(stream, "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhalf of it", cancel);
                return false;
            case ["upgrade"]:
                await SendAsync(stream, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\nhello", cancel);
                await stream.CopyToAsync(stream, cancel);
                return false;
            default:
                return false;
        }
    }

    private static async Task<byte[]> ReadBodyAsync(NetworkStream stream, string head, CancellationToken cancel)
    {
        if (Value(head, "Content-Length") is { } length)
        {
            var body = new byte[Number(length)];
            await stream.ReadExactlyAsync(body, cancel);
            return body;
        }

        var all = new MemoryStream();
        while (Value(head, "Transfer-Encoding") == "chunked")
        {
            int size = int.Parse((await ReadUntilAsync(stream, "\r\n", cancel))!.Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            var chunk = new byte[size + 2];
            await stream.ReadExactlyAsync(chunk, cancel);
            if (size == 0)
            {
                break;
            }

            all.Write(chunk, 0, size);
        }

        return all.ToArray();
    }

    private static string? Value(string head, string name) => head.Split("\r\n")
        .Where(line => line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))
        .Select(line => line[(name.Length + 1)..].Trim())
        .FirstOrDefault();

    private static Task<string?> ReadHeadAsync(NetworkStream stream, CancellationToken cancel) => ReadUntilAsync(stream, "\r\n\r\n", cancel);

    private static async Task<string?> ReadUntilAsync(NetworkStream stream, string end, CancellationToken cancel)
    {
        var text = new StringBuilder();
        var one = new byte[1];
        while (await stream.ReadAsync(one, cancel) == 1)
        {
            text.Append((char)one[0]);
            if (text.Length >= end.Length && text.ToString(text.Length - end.Length, end.Length) == end)
            {
                return text.ToString();
            }
        }

        return null;
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static ValueTask SendAsync(NetworkStream stream, string text, CancellationToken cancel) =>
        stream.WriteAsync(Encoding.Latin1.GetBytes(text), cancel);
}
