using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Tunic.Node.Bench;

/// <summary>The target of the measured streams: a request of one byte and a length; sends so many bytes, or takes so many and answers one.</summary>
internal sealed class BenchServer : IAsyncDisposable
{
    /// <summary>Request: send so many bytes.</summary>
    internal const byte Download = 1;

    /// <summary>Request: take so many bytes, then answer one.</summary>
    internal const byte Upload = 2;

    /// <summary>Bytes of a request: what to do, and 8 bytes of length, big-endian.</summary>
    internal const int RequestLength = 9;

    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;

    internal BenchServer()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(1024);
        _accepting = AcceptAsync();
    }

    internal int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var serving = new List<Task>();
        try
        {
            while (!_stop.IsCancellationRequested)
            {
                serving.Add(ServeAsync(await _listener.AcceptAsync(_stop.Token)));
                serving.RemoveAll(task => task.IsCompleted);
            }
        }
        catch (Exception failure) when (failure is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // the measurement is over
        }

        await Task.WhenAll(serving);
    }

    private async Task ServeAsync(Socket socket)
    {
        using (socket)
        {
            try
            {
                socket.NoDelay = true;
                var buffer = new byte[64 * 1024];
                for (int received = 0; received < RequestLength;)
                {
                    int count = await socket.ReceiveAsync(buffer.AsMemory(received, RequestLength - received), _stop.Token);
                    if (count == 0)
                    {
                        return;
                    }

                    received += count;
                }

                long length = BinaryPrimitives.ReadInt64BigEndian(buffer.AsSpan(1));
                await (buffer[0] == Download ? SendAsync(socket, buffer, length) : TakeAsync(socket, buffer, length));
                socket.Shutdown(SocketShutdown.Send); // the server ends the stream, as a web server does
                while (await socket.ReceiveAsync(buffer, _stop.Token) > 0)
                {
                    // until the client closes, so that nothing in flight is cut off
                }
            }
            catch (Exception failure) when (failure is OperationCanceledException or SocketException)
            {
                // the client of the measurement went away
            }
        }
    }

    private async Task SendAsync(Socket socket, byte[] buffer, long length)
    {
        while (length > 0)
        {
            length -= await socket.SendAsync(buffer.AsMemory(0, (int)Math.Min(length, buffer.Length)), _stop.Token);
        }
    }

    private async Task TakeAsync(Socket socket, byte[] buffer, long length)
    {
        while (length > 0)
        {
            int count = await socket.ReceiveAsync(buffer, _stop.Token);
            if (count == 0)
            {
                return;
            }

            length -= count;
        }

        await socket.SendAsync(buffer.AsMemory(0, 1), _stop.Token);
    }
}
