using System.Net;
using Tunic.Tor.Network.Channels;

namespace Tunic.Tests.Fuzz.Targets.Stateful;

/// <summary>
/// One end of a connection whose other end is the fuzzer. What the channel does about bytes, it does before <see cref="Deliver"/>
/// returns: waits continue on the caller's thread, so a run is the same every time.
/// </summary>
internal sealed class PlayedTransport(IPAddress peer) : ChannelTransport
{
    private readonly Lock _gate = new();
    private readonly ManualResetEventSlim _waits = new();
    private readonly List<byte> _written = [];
    private readonly Queue<byte[]> _arrived = new();
    private TaskCompletionSource<bool>? _reader;
    private TaskCompletionSource? _writer;
    private bool _ended;

    public override IPEndPoint? RemoteEndPoint { get; } = new(peer, 40_000);

    public override IPEndPoint? LocalEndPoint { get; } = new(IPAddress.Loopback, 9001);

    public override ReadOnlyMemory<byte> ResponderCertificate => ReadOnlyMemory<byte>.Empty;

    /// <summary>While true, what is written is not sent.</summary>
    public bool IsStalled { get; private set; }

    /// <summary>Waits until the channel's loop, which starts on another thread, waits for bytes.</summary>
    public void WaitForLoop() => _waits.Wait();

    /// <summary>Gives bytes to the channel.</summary>
    public void Deliver(byte[] bytes)
    {
        TaskCompletionSource<bool>? reader;
        lock (_gate)
        {
            _arrived.Enqueue(bytes);
            (reader, _reader) = (_reader, null);
        }

        reader?.TrySetResult(true);
    }

    /// <summary>Takes what the channel has sent.</summary>
    public byte[] TakeWritten()
    {
        lock (_gate)
        {
            byte[] taken = [.. _written];
            _written.Clear();
            return taken;
        }
    }

    /// <summary>Stops to send, or begins again.</summary>
    public void Stall(bool stall)
    {
        TaskCompletionSource? writer;
        lock (_gate)
        {
            IsStalled = stall;
            writer = stall ? null : _writer;
            _writer = stall ? _writer : null;
        }

        writer?.TrySetResult();
    }

    public override ValueTask<bool> WaitToReadAsync()
    {
        lock (_gate)
        {
            if (_arrived.Count > 0 || _ended)
            {
                return new ValueTask<bool>(_arrived.Count > 0);
            }

            _reader = new TaskCompletionSource<bool>();
            _waits.Set();
            return new ValueTask<bool>(_reader.Task);
        }
    }

    public override int Read(Span<byte> destination)
    {
        lock (_gate)
        {
            if (!_arrived.TryDequeue(out byte[]? bytes))
            {
                return 0;
            }

            bytes.CopyTo(destination);
            return bytes.Length;
        }
    }

    public override bool Write(ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            _written.AddRange(bytes);
            return !IsStalled;
        }
    }

    public override ValueTask FlushAsync()
    {
        lock (_gate)
        {
            if (_ended)
            {
                throw new IOException("ended");
            }

            if (!IsStalled)
            {
                return default;
            }

            _writer ??= new TaskCompletionSource();
            return new ValueTask(_writer.Task);
        }
    }

    public override bool TryExportKeyingMaterial(ReadOnlySpan<byte> label, ReadOnlySpan<byte> context, Span<byte> output) => false;

    public override void Abort()
    {
        TaskCompletionSource<bool>? reader;
        TaskCompletionSource? writer;
        lock (_gate)
        {
            _ended = true;
            (reader, _reader) = (_reader, null);
            (writer, _writer) = (_writer, null);
        }

        writer?.TrySetException(new IOException("ended"));
        reader?.TrySetResult(false);
    }

    public override ValueTask DisposeAsync()
    {
        Abort();
        return default;
    }
}
