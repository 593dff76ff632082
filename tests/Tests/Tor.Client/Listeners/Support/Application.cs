using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Tunic.Tests.Tor.Client.Listeners.Support;

/// <summary>A program that uses a proxy, byte by byte as the test says.</summary>
internal sealed class Application : IAsyncDisposable
{
    internal static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private Application(Socket socket)
    {
        Socket = socket;
        Stream = new NetworkStream(socket, ownsSocket: true);
    }

    internal Socket Socket { get; }

    internal NetworkStream Stream { get; }

    internal static async Task<Application> ConnectAsync(IPEndPoint proxy)
    {
        var socket = new Socket(proxy.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(proxy);
        return new Application(socket);
    }

    internal async Task SendAsync(ReadOnlyMemory<byte> bytes) => await Stream.WriteAsync(bytes);

    internal Task SendAsync(string text) => SendAsync(Encoding.Latin1.GetBytes(text));

    /// <exception cref="EndOfStreamException">The proxy closed before.</exception>
    internal async Task<byte[]> ReceiveAsync(int count)
    {
        var bytes = new byte[count];
        using var timer = new CancellationTokenSource(Limit);
        await Stream.ReadExactlyAsync(bytes, timer.Token);
        return bytes;
    }

    /// <summary>Everything up to the end; a reset counts as the end.</summary>
    internal async Task<byte[]> ReceiveAllAsync()
    {
        using var timer = new CancellationTokenSource(Limit);
        var all = new MemoryStream();
        try
        {
            await Stream.CopyToAsync(all, timer.Token);
        }
        catch (IOException)
        {
            WasReset = true;
        }

        return all.ToArray();
    }

    internal bool WasReset { get; private set; }

    internal async Task<string> ReceiveTextAsync() => Encoding.Latin1.GetString(await ReceiveAllAsync());

    /// <summary>Up to and with the text.</summary>
    internal async Task<string> ReceiveUntilAsync(string end)
    {
        var text = new StringBuilder();
        while (!text.ToString().EndsWith(end, StringComparison.Ordinal))
        {
            text.Append((char)(await ReceiveAsync(1))[0]);
        }

        return text.ToString();
    }

    /// <summary>Leaves as a program that crashes does.</summary>
    internal void Abort() => Socket.Close(timeout: 0);

    public ValueTask DisposeAsync() => Stream.DisposeAsync();
}
