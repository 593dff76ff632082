using System.Net;
using System.Net.Sockets;

namespace Tunic.Tests.Tor.Client.Listeners.Support;

/// <summary>A server on 127.0.0.1 that does with every connection what the test says.</summary>
internal sealed class TargetServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;
    private readonly List<Task> _serving = [];

    internal TargetServer(Func<NetworkStream, CancellationToken, Task> serve)
    {
        _listener.Start(1024);
        Port = (ushort)((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync(serve);
    }

    internal ushort Port { get; }

    /// <summary>Connections accepted so far.</summary>
    internal int Accepted { get; private set; }

    /// <summary>Sends back what it receives.</summary>
    internal static TargetServer Echo() => new((stream, cancel) => stream.CopyToAsync(stream, cancel));

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.WhenAll(_serving).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task AcceptAsync(Func<NetworkStream, CancellationToken, Task> serve)
    {
        while (true)
        {
            Socket socket = await _listener.AcceptSocketAsync(_stop.Token);
            socket.NoDelay = true;
            Accepted++;
            _serving.Add(Task.Run(async () =>
            {
                await using var stream = new NetworkStream(socket, ownsSocket: true);
                await serve(stream, _stop.Token);
            }));
        }
    }
}
