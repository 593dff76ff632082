using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace Tunic.Tor.Network.Channels.OpenSsl;

/// <summary>TLS over a TCP socket. Ciphertext passes through buffers of the thread, so an idle connection holds none.</summary>
internal sealed class TlsTransport : ChannelTransport
{
    /// <summary>One full write and a few alerts.</summary>
    private const int MaxUnsentLength = MaxWriteLength + (8 * 1024);

    private readonly Socket _socket;
    private readonly TlsSession _session;
    // Guards the session and what it has encrypted: records must reach the socket in the order in which they were made.
    private readonly Lock _gate = new();

    // Ciphertext the socket did not take at once; null in the ordinary case.
    private byte[]? _unsent;
    private int _unsentLength;

    // Ciphertext that came in one piece with the end of the handshake; read first.
    private byte[] _early;
    private bool _ended;

    // The last receive did not fill its buffer, so the socket has nothing more just now: no need to ask it.
    private bool _drained;
    private int _disposed;

    private TlsTransport(Socket socket, TlsSession session, ReadOnlyMemory<byte> responderCertificate, byte[] early)
    {
        _socket = socket;
        _early = early;
        _session = session;
        ResponderCertificate = responderCertificate;
        RemoteEndPoint = socket.RemoteEndPoint as IPEndPoint;
        LocalEndPoint = socket.LocalEndPoint as IPEndPoint;
    }

    public override IPEndPoint? RemoteEndPoint { get; }

    public override IPEndPoint? LocalEndPoint { get; }

    public override ReadOnlyMemory<byte> ResponderCertificate { get; }

    /// <summary>Completes TLS on a connected socket, which the transport owns from here on, success or not.</summary>
    /// <exception cref="IOException">TLS failed or the peer went away.</exception>
    internal static async Task<TlsTransport> HandshakeAsync(
        Socket socket, TlsContext context, bool isServer, string? serverName, CancellationToken cancel)
    {
        var session = new TlsSession(context, isServer, serverName);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(64 * 1024);
        try
        {
            socket.NoDelay = true;
            int received = 0;
            while (true)
            {
                bool done = session.Handshake(buffer.AsSpan(0, received), buffer.AsSpan(32 * 1024), out int outputLength, out int unread);
                if (outputLength > 0)
                {
                    await SendAllAsync(socket, buffer.AsMemory(32 * 1024, outputLength), cancel);
                }

                if (done)
                {
                    socket.Blocking = false;
                    ReadOnlyMemory<byte> certificate = isServer ? context.Certificate : session.GetPeerCertificate();
                    return new TlsTransport(socket, session, certificate, buffer.AsSpan(received - unread, unread).ToArray());
                }

                received = await socket.ReceiveAsync(buffer.AsMemory(0, 32 * 1024), SocketFlags.None, cancel);
                if (received == 0)
                {
                    throw new IOException("the peer closed the connection during the TLS handshake");
                }
            }
        }
        catch (Exception failure)
        {
            session.Dispose();
            socket.Dispose();
            if (failure is SocketException)
            {
                throw new IOException($"the connection broke during the TLS handshake: {failure.Message}", failure);
            }

            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<bool> WaitToReadAsync()
    {
        if (_ended || _early.Length > 0)
        {
            return !_ended;
        }

        try
        {
            await _socket.ReceiveAsync(Memory<byte>.Empty, SocketFlags.None);
            return true;
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
        {
            throw new IOException($"the connection broke: {failure.Message}", failure);
        }
    }

    public override int Read(Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(destination.Length, MinReadLength);
        if (_ended)
        {
            return 0;
        }

        Span<byte> ciphertext = TlsBuffers.Receive;
        int received = ReceiveCiphertext(ciphertext);
        if (received == 0)
        {
            return 0;
        }

        Span<byte> answer = TlsBuffers.Send;
        lock (_gate)
        {
            int count = _session.Decrypt(ciphertext[..received], destination, out bool ended, answer, out int answerLength);
            _ended = ended;
            if (answerLength > 0)
            {
                KeepUnsent(answer[..answerLength]); // goes out before the next record we write
            }

            return count;
        }
    }

    public override bool Write(ReadOnlySpan<byte> bytes)
    {
        Span<byte> output = TlsBuffers.Send;
        lock (_gate)
        {
            int length = _session.Encrypt(bytes, output);
            int sent = _unsent is null ? Send(output[..length]) : 0;
            if (sent < length)
            {
                KeepUnsent(output[sent..length]);
            }

            return sent == length;
        }
    }

    public override async ValueTask FlushAsync()
    {
        while (TakeUnsent(out byte[] unsent, out int length))
        {
            try
            {
                await SendAllAsync(_socket, unsent.AsMemory(0, length), CancellationToken.None);
            }
            catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
            {
                throw new IOException($"the connection broke: {failure.Message}", failure);
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(unsent);
            }
        }
    }

    public override bool TryExportKeyingMaterial(ReadOnlySpan<byte> label, ReadOnlySpan<byte> context, Span<byte> output) =>
        _session.TryExport(label, context, output);

    public override void Abort() => _socket.Dispose();

    public override ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            _socket.Dispose();
            lock (_gate)
            {
                _session.Dispose();
            }
        }

        return ValueTask.CompletedTask;
    }

    private static async ValueTask SendAllAsync(Socket socket, ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        while (!bytes.IsEmpty)
        {
            int sent = await socket.SendAsync(bytes, SocketFlags.None, cancel);
            bytes = bytes[sent..];
        }
    }

    /// <summary>What the socket has now; 0 for nothing, and at the end, which it remembers.</summary>
    private int ReceiveCiphertext(Span<byte> destination)
    {
        if (_early.Length > 0)
        {
            int early = _early.Length;
            _early.CopyTo(destination);
            _early = [];
            return early;
        }

        if (_drained)
        {
            _drained = false;
            return 0;
        }

        try
        {
            int received = _socket.Receive(destination, SocketFlags.None, out SocketError error);
            if (error == SocketError.WouldBlock)
            {
                return 0;
            }

            if (error != SocketError.Success)
            {
                throw new IOException($"the connection broke: {error}");
            }

            _ended = received == 0;
            _drained = received > 0 && received < destination.Length;
            return received;
        }
        catch (ObjectDisposedException failure)
        {
            throw new IOException("the connection is closed", failure);
        }
    }

    /// <summary>Gives the socket what it takes without waiting.</summary>
    private int Send(ReadOnlySpan<byte> bytes)
    {
        int total = 0;
        try
        {
            while (total < bytes.Length)
            {
                int sent = _socket.Send(bytes[total..], SocketFlags.None, out SocketError error);
                if (error == SocketError.WouldBlock)
                {
                    break;
                }

                if (error != SocketError.Success)
                {
                    throw new IOException($"the connection broke: {error}");
                }

                total += sent;
            }
        }
        catch (ObjectDisposedException failure)
        {
            throw new IOException("the connection is closed", failure);
        }

        return total;
    }

    /// <exception cref="IOException">Too much waits: the peer provokes answers of TLS itself, and does not read them.</exception>
    private void KeepUnsent(ReadOnlySpan<byte> bytes)
    {
        if (_unsentLength + bytes.Length > MaxUnsentLength)
        {
            throw new IOException("the peer provokes answers and does not read them");
        }

        byte[] grown = ArrayPool<byte>.Shared.Rent(_unsentLength + bytes.Length);
        if (_unsent is not null)
        {
            _unsent.AsSpan(0, _unsentLength).CopyTo(grown);
            ArrayPool<byte>.Shared.Return(_unsent);
        }

        bytes.CopyTo(grown.AsSpan(_unsentLength));
        _unsent = grown;
        _unsentLength += bytes.Length;
    }

    private bool TakeUnsent(out byte[] unsent, out int length)
    {
        lock (_gate)
        {
            unsent = _unsent ?? [];
            length = _unsentLength;
            _unsent = null;
            _unsentLength = 0;
            return length > 0;
        }
    }
}
