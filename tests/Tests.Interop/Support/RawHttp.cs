using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Tunic.Tests.Interop.Support;

/// <summary>One HTTP/1.0 exchange with a directory port, with every byte of the answer's head kept.</summary>
/// <param name="Head">Status line and headers.</param>
/// <param name="Body">As it came.</param>
public sealed record RawHttp(IReadOnlyList<string> Head, byte[] Body)
{
    /// <summary>The body with its encoding undone.</summary>
    public string Text
    {
        get
        {
            using var source = new MemoryStream(Body);
            using Stream decoder = Head.Contains("Content-Encoding: deflate") ? new ZLibStream(source, CompressionMode.Decompress)
                : Head.Contains("Content-Encoding: gzip") ? new GZipStream(source, CompressionMode.Decompress) : source;
            using var decoded = new MemoryStream();
            decoder.CopyTo(decoded);
            return Encoding.UTF8.GetString(decoded.ToArray());
        }
    }

    /// <summary>The head without the values of what tells the time.</summary>
    public string TimelessHead => string.Join('\n', Head.Select(line =>
        line.StartsWith("Date: ", StringComparison.Ordinal) || line.StartsWith("Expires: ", StringComparison.Ordinal) ? line[..line.IndexOf(' ')] : line));

    public static Task<RawHttp> SendAsync(int port, string request) => SendAsync(port, Encoding.ASCII.GetBytes(request));

    public static async Task<RawHttp> SendAsync(int port, byte[] request)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, port);
        await using var stream = new NetworkStream(socket);
        await stream.WriteAsync(request);
        using var answer = new MemoryStream();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        await stream.CopyToAsync(answer, limit.Token);
        byte[] bytes = answer.ToArray();
        int end = bytes.AsSpan().IndexOf("\r\n\r\n"u8);
        return end < 0 ? new RawHttp([], bytes) : new RawHttp(Encoding.ASCII.GetString(bytes, 0, end).Split("\r\n"), bytes[(end + 4)..]);
    }
}
