using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Tunic.Tests.Interop.Malformed;

/// <summary>An application that sends any bytes to a client's port.</summary>
internal static class RawApplication
{
    /// <summary>After this long without a byte an answer that is not over is said to wait.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(3);

    /// <summary>Sends each part when the one before it was answered or nothing came; tells what came back in hexadecimal, and how it ended.</summary>
    internal static async Task<string> TellAsync(int port, byte[][] parts)
    {
        byte[] answer = await ExchangeAsync(port, parts, out Func<bool> isClosed);
        string bytes = answer.Length == 0 ? "" : answer.AsSpan().StartsWith("HTTP/1.0 501 "u8) ? "HTTP 501 page, " : Convert.ToHexString(answer) + ", ";
        return bytes + (isClosed() ? "closed" : "waits");
    }

    /// <summary>The status of an HTTP answer.</summary>
    internal static async Task<string> TellStatusAsync(int port, byte[] request)
    {
        byte[] answer = await ExchangeAsync(port, [request], out Func<bool> isClosed);
        string text = Encoding.ASCII.GetString(answer);
        return text.StartsWith("HTTP/", StringComparison.Ordinal) ? text.Split(' ')[1] : isClosed() ? "closed" : "waits";
    }

    /// <summary>The response code and number of answers of a datagram that comes back.</summary>
    internal static async Task<string> TellDatagramAsync(int port, byte[] query)
    {
        using var socket = new UdpClient(AddressFamily.InterNetwork);
        await socket.SendAsync(query, new IPEndPoint(IPAddress.Loopback, port));
        using var timer = new CancellationTokenSource(Quiet);
        try
        {
            byte[] answer = (await socket.ReceiveAsync(timer.Token)).Buffer;
            return answer.Length < 12 ? "too short" : $"code {answer[3] & 0xf}, {answer[7]} answers";
        }
        catch (OperationCanceledException)
        {
            return "nothing";
        }
    }

    private static Task<byte[]> ExchangeAsync(int port, byte[][] parts, out Func<bool> isClosed)
    {
        bool closed = false;
        isClosed = () => closed;
        return RunAsync();

        async Task<byte[]> RunAsync()
        {
            using var connection = new TcpClient { NoDelay = true };
            await connection.ConnectAsync(IPAddress.Loopback, port);
            NetworkStream stream = connection.GetStream();
            using var all = new MemoryStream();
            var buffer = new byte[4096];
            try
            {
                foreach (byte[] part in parts)
                {
                    await stream.WriteAsync(part);
                    int read;
                    do
                    {
                        using var timer = new CancellationTokenSource(Quiet);
                        read = await stream.ReadAsync(buffer, timer.Token);
                        all.Write(buffer, 0, read);
                    }
                    while (read > 0 && part == parts[^1]);
                    closed = read == 0;
                }
            }
            catch (OperationCanceledException)
            {
                // it waits for more
            }
            catch (IOException)
            {
                closed = true;
            }

            return all.ToArray();
        }
    }
}
