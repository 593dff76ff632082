using System.Buffers;
using System.Net.Sockets;
using Tunic.Tor.Protocol.Errors;

namespace Tunic.Tor.Network.Streams;

/// <summary>
/// Joins a TCP socket and a stream of a circuit and copies both ways until either ends: behind a proxy at the client, and
/// before the target at the exit. Bytes pass through buffers of the thread, so an idle pair holds none.
/// </summary>
/// <remarks>Tor streams have no half-close: the end of one direction ends both, after what was received has been delivered.</remarks>
public static class SocketPump
{
    private const int BufferLength = 64 * 1024;
    private const int PieceLength = 4 * 1024;

    [ThreadStatic]
    private static byte[]? _buffer;

    /// <summary>Copies until both directions have ended, then closes both ends. Never fails: a broken socket ends the stream.</summary>
    /// <param name="socket">Connected; disposed in the end, or by others to stop the pump.</param>
    /// <param name="stream">Open.</param>
    /// <param name="linger">How long the socket's peer may take, after the stream has ended, to read what was received; infinite for as long as it likes.</param>
    public static async Task RunAsync(Socket socket, CircuitStream stream, TimeSpan linger)
    {
        try
        {
            socket.Blocking = false;
            Task outward = SendAsync(socket, stream);
            stream.Close(await DeliverAsync(socket, stream, linger));
            EndReceiving(socket);
            await outward;
        }
        finally
        {
            stream.Close(EndReason.Internal); // closed already, unless there is a fault of ours
            socket.Dispose();
        }
    }

    /// <summary>Ends a pending receive like the end of what the peer sends, which is cheaper than to abort it by dispose: no exception, no change of thread.</summary>
    private static void EndReceiving(Socket socket)
    {
        try
        {
            socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
        {
            socket.Dispose();
        }
    }

    /// <summary>Socket to stream.</summary>
    private static async Task SendAsync(Socket socket, CircuitStream stream)
    {
        try
        {
            while (await stream.WaitToWriteAsync())
            {
                await socket.ReceiveAsync(Memory<byte>.Empty, SocketFlags.None);
                if (TakeFromSocket(socket, stream, out byte[]? rest, out int restLength))
                {
                    stream.Close(EndReason.Done);
                    return;
                }

                if (rest is not null)
                {
                    await SendRestAsync(stream, rest, restLength);
                }
            }
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
        {
            stream.Close(failure is SocketException broken ? SocketErrors.ToEndReason(broken.SocketErrorCode) : EndReason.Done);
        }
    }

    /// <summary>Moves what the socket has and the stream's windows allow.</summary>
    /// <returns>True when the socket has ended.</returns>
    private static bool TakeFromSocket(Socket socket, CircuitStream stream, out byte[]? rest, out int restLength)
    {
        byte[] buffer = TakeBuffer();
        try
        {
            return TakeFromSocket(socket, stream, buffer, out rest, out restLength);
        }
        finally
        {
            _buffer = buffer;
        }
    }

    private static bool TakeFromSocket(Socket socket, CircuitStream stream, Span<byte> buffer, out byte[]? rest, out int restLength)
    {
        rest = null;
        restLength = 0;
        while (stream.GetWriteBudget(BufferLength) is var budget and > 0)
        {
            int received = socket.Receive(buffer[..budget], SocketFlags.None, out SocketError error);
            if (error == SocketError.WouldBlock)
            {
                return false;
            }

            if (error != SocketError.Success)
            {
                throw new SocketException((int)error);
            }

            if (received == 0)
            {
                return true;
            }

            int written = stream.Write(buffer[..received]);
            if (written < received)
            {
                // Another stream of the circuit was faster and used the window up.
                restLength = received - written;
                rest = ArrayPool<byte>.Shared.Rent(restLength);
                buffer[written..received].CopyTo(rest);
                return false;
            }

            if (received < budget)
            {
                return false;
            }
        }

        return false;
    }

    private static async Task SendRestAsync(CircuitStream stream, byte[] rest, int length)
    {
        stream.OnHeld(rest.Length);
        int sent = 0;
        while (sent < length && await stream.WaitToWriteAsync())
        {
            sent += stream.Write(rest.AsSpan(sent, length - sent));
        }

        stream.OnHeld(-rest.Length);
        ArrayPool<byte>.Shared.Return(rest);
    }

    /// <summary>Stream to socket.</summary>
    /// <returns>What to tell the other end, unless it has been told.</returns>
    private static async Task<EndReason> DeliverAsync(Socket socket, CircuitStream stream, TimeSpan linger)
    {
        try
        {
            while (await stream.WaitToReadAsync())
            {
                while (!TryDeliver(socket, stream))
                {
                    await DeliverSlowlyAsync(socket, stream, linger);
                }
            }

            return EndReason.Done;
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
        {
            // the application or the target went away
            return failure is SocketException broken ? SocketErrors.ToEndReason(broken.SocketErrorCode) : EndReason.Done;
        }
    }

    /// <summary>Waits until a peer that reads slowly has room, by a small piece: the bytes stay in the stream, and count there, until the socket has taken them.</summary>
    private static async Task DeliverSlowlyAsync(Socket socket, CircuitStream stream, TimeSpan linger)
    {
        byte[] piece = ArrayPool<byte>.Shared.Rent(PieceLength);
        stream.OnHeld(piece.Length);
        try
        {
            int length = stream.Peek(piece);
            await SendAsync(socket, stream, piece.AsMemory(0, length), linger);
            stream.Advance(length);
        }
        finally
        {
            stream.OnHeld(-piece.Length);
        }

        ArrayPool<byte>.Shared.Return(piece); // not after a failure: the socket may still hold it
    }

    /// <summary>Sends when there is room. A peer that does not read is given up some time after the stream has ended.</summary>
    private static async Task SendAsync(Socket socket, CircuitStream stream, ReadOnlyMemory<byte> piece, TimeSpan linger)
    {
        if (linger == Timeout.InfiniteTimeSpan)
        {
            await socket.SendAsync(piece, SocketFlags.None);
            return;
        }

        using var patience = new CancellationTokenSource();
        await using CancellationTokenRegistration giveUp = patience.Token.Register(socket.Dispose);
        await using StreamEnding ending = stream.WatchEnding();
        await using CancellationTokenRegistration ended = ending.Token.Register(() => patience.CancelAfter(linger));
        await socket.SendAsync(piece, SocketFlags.None);
    }

    /// <summary>Gives the socket what it takes without waiting.</summary>
    /// <returns>False when something is left in the stream.</returns>
    private static bool TryDeliver(Socket socket, CircuitStream stream)
    {
        byte[] buffer = TakeBuffer();
        try
        {
            return TryDeliver(socket, stream, buffer);
        }
        finally
        {
            _buffer = buffer;
        }
    }

    private static bool TryDeliver(Socket socket, CircuitStream stream, Span<byte> buffer)
    {
        int count;
        while ((count = stream.Peek(buffer)) > 0)
        {
            int sent = socket.Send(buffer[..count], SocketFlags.None, out SocketError error);
            if (error is not (SocketError.Success or SocketError.WouldBlock))
            {
                throw new SocketException((int)error);
            }

            sent = error == SocketError.Success ? sent : 0;
            stream.Advance(sent);
            if (sent < count)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The thread's buffer, or another one: reading and writing a stream flushes its channel, which may run another pump right here.</summary>
    private static byte[] TakeBuffer()
    {
        byte[] buffer = _buffer ?? GC.AllocateUninitializedArray<byte>(BufferLength, pinned: true);
        _buffer = null;
        return buffer;
    }
}
