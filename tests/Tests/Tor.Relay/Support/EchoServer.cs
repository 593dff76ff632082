using System.Net;
using System.Net.Sockets;

namespace Tunic.Tests.TorRelay.Support;

/// <summary>A TCP server on 127.0.0.1 that sends everything back.</summary>
internal sealed class EchoServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Task _serving;
    private int _connections;

    internal EchoServer()
    {
        _listener.Start();
        _serving = ServeAsync();
    }

    internal IPEndPoint Address => (IPEndPoint)_listener.LocalEndpoint;

    internal int Connections => Volatile.Read(ref _connections);

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            Socket socket = await _listener.AcceptSocketAsync();
            Interlocked.Increment(ref _connections);
            _ = EchoAsync(socket);
        }
    }

    private static async Task EchoAsync(Socket socket)
    {
        using (socket)
        {
            var buffer = new byte[64 * 1024];
            try
            {
                int count;
                while ((count = await socket.ReceiveAsync(buffer)) > 0)
                {
                    for (int sent = 0; sent < count;)
                    {
                        sent += await socket.SendAsync(buffer.AsMemory(sent, count - sent));
                    }
                }
            }
            catch (SocketException)
            {
                // the other side has gone
            }
        }
    }
}
