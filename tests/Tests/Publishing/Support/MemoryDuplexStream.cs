using System.IO.Pipelines;

namespace Tunic.Tests.Publishing.Support;

/// <summary>One end of a stream in memory that behaves as Tor's do: either end ends both directions, what was sent before arrives, and windows are small.</summary>
internal sealed class MemoryDuplexStream : Stream
{
    private const int Window = 64 * 1024;

    private readonly Pipe _incoming;
    private readonly Pipe _outgoing;
    private MemoryDuplexStream _peer = null!;
    private volatile bool _isClosed;

    private MemoryDuplexStream(Pipe incoming, Pipe outgoing) => (_incoming, _outgoing) = (incoming, outgoing);

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    internal bool IsClosed => _isClosed;

    internal static (MemoryDuplexStream One, MemoryDuplexStream Other) CreatePair()
    {
        var options = new PipeOptions(pauseWriterThreshold: Window, resumeWriterThreshold: Window / 2, useSynchronizationContext: false);
        (Pipe there, Pipe back) = (new Pipe(options), new Pipe(options));
        var one = new MemoryDuplexStream(back, there);
        var other = new MemoryDuplexStream(there, back);
        (one._peer, other._peer) = (other, one);
        return (one, other);
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_isClosed)
        {
            return 0;
        }

        ReadResult read = await _incoming.Reader.ReadAsync(cancellationToken);
        int count = (int)Math.Min(buffer.Length, read.Buffer.Length);
        var taken = read.Buffer.Slice(0, count);
        System.Buffers.BuffersExtensions.CopyTo(taken, buffer.Span);
        _incoming.Reader.AdvanceTo(taken.End);
        return _isClosed ? 0 : count;
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ThrowIfEnded();
        await _outgoing.Writer.WriteAsync(buffer, cancellationToken);
        ThrowIfEnded();
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (!_isClosed)
        {
            _isClosed = true;
            _outgoing.Writer.CancelPendingFlush();
            _outgoing.Writer.Complete();
            _incoming.Reader.CancelPendingRead();
            _peer._outgoing.Writer.CancelPendingFlush();
        }

        base.Dispose(disposing);
    }

    private void ThrowIfEnded()
    {
        if (_isClosed || _peer._isClosed)
        {
            throw new IOException("the stream has ended");
        }
    }
}
