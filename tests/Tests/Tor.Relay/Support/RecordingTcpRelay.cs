using System.Net;
using System.Net.Sockets;

namespace Tunic.Tests.TorRelay.Support;

/// <summary>A port that passes connections on to another one, and writes down every byte of both directions: who taps the wire.</summary>
internal sealed class RecordingTcpRelay : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly IPEndPoint _target;
    private readonly MemoryStream _toTarget = new();
    private readonly MemoryStream _fromTarget = new();
    private readonly List<Socket> _sockets = [];
    private readonly Task _serving;

    /// <param name="target">Where connections go on to.</param>
    /// <param name="address">Of this machine; null for 127.0.0.1.</param>
    internal RecordingTcpRelay(IPEndPoint target, IPAddress? address = null)
    {
        _listener = new TcpListener(address ?? IPAddress.Loopback, 0);
        _target = target;
        _listener.Start();
        _serving = ServeAsync();
    }

    internal IPEndPoint Address => (IPEndPoint)_listener.LocalEndpoint;

    internal byte[] ToTarget => Snapshot(_toTarget);

    internal byte[] FromTarget => Snapshot(_fromTarget);

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        lock (_sockets)
        {
            _sockets.ForEach(socket => socket.Dispose());
        }

        await _serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static byte[] Snapshot(MemoryStream recorded)
    {
        lock (recorded)
        {
            return recorded.ToArray();
        }
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            Socket near = await _listener.AcceptSocketAsync();
            var far = new Socket(_target.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            lock (_sockets)
            {
                _sockets.AddRange([near, far]);
            }

            await far.ConnectAsync(_target);
            _ = PassAsync(near, far, _toTarget);
            _ = PassAsync(far, near, _fromTarget);
        }
    }

    private static async Task PassAsync(Socket from, Socket to, MemoryStream record)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            int count;
            while ((count = await from.ReceiveAsync(buffer)) > 0)
            {
                lock (record)
                {
                    record.Write(buffer, 0, count);
                }

                for (int sent = 0; sent < count;)
                {
                    sent += await to.SendAsync(buffer.AsMemory(sent, count - sent));
                }
            }

            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
        {
            from.Dispose();
            to.Dispose();
        }
    }
}
