using Tunic.Tor.Protocol.Errors;

namespace Tunic.Tor.Network.Streams;

/// <summary>A stream through a circuit as an ordinary <see cref="Stream"/>: one reader and one writer at a time.</summary>
public sealed class TorStream(CircuitStream inner) : Stream
{
    /// <summary>The stream underneath.</summary>
    public CircuitStream Inner => inner;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Reads what has arrived, waiting for the first byte; 0 when the other end closed in good order.</summary>
    /// <exception cref="IOException">The stream ended for another reason, which the inner exception names.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(
            static stream => ((CircuitStream)stream!).WakeReader(), inner);
        while (await inner.WaitToReadAsync())
        {
            cancellationToken.ThrowIfCancellationRequested();
            int count = inner.Read(buffer.Span);
            if (count > 0 || buffer.IsEmpty)
            {
                return count;
            }
        }

        return inner.Failure is { } failure ? throw new IOException(failure.Message, failure) : 0;
    }

    /// <summary>Sends all of it, waiting for the windows of the circuit.</summary>
    /// <exception cref="IOException">The stream ended.</exception>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(
            static stream => ((CircuitStream)stream!).WakeWriter(), inner);
        while (!buffer.IsEmpty)
        {
            bool open = await inner.WaitToWriteAsync();
            cancellationToken.ThrowIfCancellationRequested();
            if (!open)
            {
                throw new IOException(inner.Failure?.Message ?? "the stream has ended", inner.Failure);
            }

            buffer = buffer[inner.Write(buffer.Span)..];
        }
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>Everything written is on its way already.</summary>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) =>
        ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) =>
        WriteAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Close(EndReason.Done);
        }

        base.Dispose(disposing);
    }
}
