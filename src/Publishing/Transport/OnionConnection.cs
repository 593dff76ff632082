using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Connections;

namespace Tunic.Publishing.Transport;

/// <summary>One visitor's stream as a connection of Kestrel, which disposes it.</summary>
/// <remarks>Two loops copy between the stream and Kestrel's pipes. Dispose waits for both, so that no byte of an answer is lost and no task is left.</remarks>
internal sealed class OnionConnection : DefaultConnectionContext
{
    private const int MinReadLength = 4096;
    private const int IncomingLimit = 1024 * 1024; // bytes that may wait for the application, as Kestrel has it for sockets
    private const int OutgoingLimit = 64 * 1024; // bytes of answers that may wait for the visitor, likewise

    /// <summary>How long a visitor may take to receive the end of an answer, which is what waits for him.</summary>
    private static readonly TimeSpan _linger = TimeSpan.FromMinutes(2);

    private readonly Stream _stream;
    private readonly Pipe _incoming = CreatePipe(IncomingLimit);
    private readonly Pipe _outgoing = CreatePipe(OutgoingLimit);
    private readonly CancellationTokenSource _closed = new();
    private Task _running = Task.CompletedTask;

    private OnionConnection(Stream stream, EndPoint localEndPoint)
    {
        _stream = stream;
        Transport = new ConnectionPipes(_incoming.Reader, _outgoing.Writer);
        LocalEndPoint = localEndPoint;
        ConnectionClosed = _closed.Token;
    }

    /// <summary>Begins to copy.</summary>
    /// <param name="stream">Belongs to the connection.</param>
    /// <param name="localEndPoint">The listener's.</param>
    internal static OnionConnection Start(Stream stream, EndPoint localEndPoint)
    {
        var connection = new OnionConnection(stream, localEndPoint);
        connection._running = connection.RunAsync();
        return connection;
    }

    /// <summary>Ends the stream now; what has not been sent is dropped.</summary>
    public override void Abort(ConnectionAbortedException abortReason)
    {
        _stream.Dispose();
        _outgoing.Reader.CancelPendingRead();
    }

    /// <summary>Sends what there is to send, then ends the stream.</summary>
    public override async ValueTask DisposeAsync()
    {
        await _incoming.Reader.CompleteAsync();
        await _outgoing.Writer.CompleteAsync();
        try
        {
            await _running.WaitAsync(_linger);
        }
        catch (TimeoutException)
        {
            Abort();
            await _running;
        }

        _closed.Dispose();
        await base.DisposeAsync();
    }

    private static Pipe CreatePipe(int limit) => new(new PipeOptions(
        pauseWriterThreshold: limit, resumeWriterThreshold: limit / 2, useSynchronizationContext: false));

    private async Task RunAsync()
    {
        Task receiving = ReceiveAsync();
        await SendAsync();
        await _stream.DisposeAsync(); // all has been sent; the receive ends with it
        _incoming.Writer.CancelPendingFlush();
        await receiving;
        await _closed.CancelAsync();
    }

    private async Task ReceiveAsync()
    {
        Exception? failure = null;
        try
        {
            while (await _stream.ReadAsync(_incoming.Writer.GetMemory(MinReadLength)) is var count and > 0)
            {
                _incoming.Writer.Advance(count);
                FlushResult flushed = await _incoming.Writer.FlushAsync();
                if (flushed.IsCompleted)
                {
                    return; // the application reads no more, and may still write
                }

                if (flushed.IsCanceled)
                {
                    break; // the stream has ended
                }
            }
        }
        catch (Exception broken) when (broken is IOException or ObjectDisposedException)
        {
            failure = new ConnectionResetException("the visitor's stream broke", broken);
        }

        await _incoming.Writer.CompleteAsync(failure);
        await _closed.CancelAsync(); // a request that is being answered learns of it
    }

    private async Task SendAsync()
    {
        try
        {
            ReadResult read;
            do
            {
                read = await _outgoing.Reader.ReadAsync();
                if (read.IsCanceled)
                {
                    break;
                }

                foreach (ReadOnlyMemory<byte> piece in read.Buffer)
                {
                    await _stream.WriteAsync(piece);
                }

                await _stream.FlushAsync();
                _outgoing.Reader.AdvanceTo(read.Buffer.End);
            }
            while (!read.IsCompleted);
        }
        catch (Exception broken) when (broken is IOException or ObjectDisposedException)
        {
            // the visitor has gone, or the connection was aborted: Kestrel sees that nobody reads any more
        }

        await _outgoing.Reader.CompleteAsync();
    }
}
