using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging;
using Tunic.Tor.Network.Streams;
using Tunic.Tor.Protocol.Errors;
using Tunic.Tor.Protocol.RelayMessages;

namespace Tunic.Tor.Client.OnionServices.Services;

/// <summary>Connects visitors' streams to the targets of a service, and moves bytes until either ends.</summary>
internal sealed partial class StreamTargets(TimeProvider time, ILogger log)
{
    /// <summary>Serves one stream to its end.</summary>
    /// <param name="stream">Admitted, not yet answered.</param>
    /// <param name="port">Where it leads.</param>
    /// <param name="options">Limits.</param>
    /// <param name="circuit">Number of the visitor's circuit.</param>
    /// <param name="cancel">Ends it.</param>
    internal async Task ServeAsync(CircuitStream stream, OnionServicePort port, OnionServiceOptions options, uint circuit, CancellationToken cancel)
    {
        if (port.Target is InProcessTarget inProcess)
        {
            await inProcess.ServeAsync(stream, options.ConnectTimeout, time, cancel);
            return;
        }

        if (await TryOpenAsync(stream, port, options, circuit, cancel) is { } socket)
        {
            await using CancellationTokenRegistration stopped = cancel.Register(socket.Dispose);
            await SocketPump.RunAsync(socket, stream, options.Linger);
        }
    }

    /// <summary>What the HAProxy protocol says of a visitor: an address that nobody has, made of the circuit's number (stock export_hs_client_circuit_id).</summary>
    internal static byte[] DescribeCircuit(uint circuit, ushort port) => Encoding.ASCII.GetBytes(string.Create(
        CultureInfo.InvariantCulture, $"PROXY TCP6 fc00:dead:beef:4dad::{circuit >> 16:x}:{circuit & 0xFFFF:x} ::1 {circuit & 0xFFFF} {port}\r\n"));

    /// <summary>Null when the stream has been ended.</summary>
    private async Task<Socket?> TryOpenAsync(CircuitStream stream, OnionServicePort port, OnionServiceOptions options, uint circuit, CancellationToken cancel)
    {
        await using StreamEnding ending = stream.WatchEnding();
        using var timer = new CancellationTokenSource(options.ConnectTimeout, time);
        using var any = CancellationTokenSource.CreateLinkedTokenSource(cancel, ending.Token, timer.Token);
        Socket? socket = null;
        try
        {
            socket = CreateSocket(port.Target);
            await socket.ConnectAsync(port.Target, any.Token);
            if (options.ExportsCircuitId)
            {
                await socket.SendAsync(DescribeCircuit(circuit, port.Port), any.Token);
            }

            if (stream.SendConnected(new Connected()))
            {
                return socket;
            }
        }
        catch (SocketException failure)
        {
            LogUnreachable(log, port.Port, port.Target, failure.SocketErrorCode);
            stream.Close(SocketErrors.ToEndReason(failure.SocketErrorCode));
        }
        catch (OperationCanceledException) when (any.IsCancellationRequested)
        {
            stream.Close(timer.IsCancellationRequested ? EndReason.Timeout : EndReason.Done);
        }
        catch
        {
            socket?.Dispose();
            stream.Close(EndReason.Internal);
            throw;
        }

        socket?.Dispose();
        return null;
    }

    private static Socket CreateSocket(EndPoint target) => target is IPEndPoint
        ? new Socket(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true }
        : new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

    [LoggerMessage(Level = LogLevel.Information, Message = "Port {Port} of an onion service leads to {Target}, which cannot be reached: {Error}.")]
    private static partial void LogUnreachable(ILogger log, ushort port, EndPoint target, SocketError error);
}
