using Tunic.Tor.Network.Streams;
using Tunic.Tor.Protocol.Errors;

namespace Tunic.Tor.Client.Listeners;

/// <summary>Joins an application with its stream for good.</summary>
internal static class Tunnel
{
    /// <summary>Sends the proxy's reply, passes on what the application sent before it, and copies until either end closes. The stream is closed whatever happens.</summary>
    internal static async Task RunAsync(ProxyConnection connection, CircuitStream stream, ReadOnlyMemory<byte> reply, CancellationToken stop)
    {
        try
        {
            using CancellationTokenRegistration stopping = stop.UnsafeRegister(_ => Break(connection, stream), null);
            await connection.SendAsync(reply, stop);
            await SendEarlyInputAsync(connection, stream);
            connection.ReleaseInput();
            await SocketPump.RunAsync(connection.Socket, stream, Timeout.InfiniteTimeSpan);
        }
        finally
        {
            stream.Close(EndReason.Misc);
        }
    }

    /// <summary>Both ends, because each direction may be waiting for either.</summary>
    private static void Break(ProxyConnection connection, CircuitStream stream)
    {
        connection.Socket.Dispose();
        stream.Close(EndReason.Misc);
    }

    private static async Task SendEarlyInputAsync(ProxyConnection connection, CircuitStream stream)
    {
        while (!connection.Input.IsEmpty && await stream.WaitToWriteAsync())
        {
            connection.Consume(stream.Write(connection.Input.Span));
        }
    }
}
