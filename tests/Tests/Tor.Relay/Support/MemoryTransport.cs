using System.Net;
using Tunic.Tor.Network.Channels;

namespace Tunic.Tests.TorRelay.Support;

/// <summary>Two ends of a byte stream in memory. An end may be told to stall, as a peer that does not read does.</summary>
internal sealed class MemoryTransport : ChannelTransport
{
    private readonly Lock _gate = new();
    private readonly Queue<byte[]> _arrived = new();
    private readonly TaskCompletionSource _stuck = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private MemoryTransport _other = null!;
    private bool _ended;
    private TaskCompletionSource? _stalled;

    private MemoryTransport(IPEndPoint remote) => RemoteEndPoint = remote;

    public override IPEndPoint? RemoteEndPoint { get; }

    public override IPEndPoint? LocalEndPoint => new(IPAddress.Loopback, 9001);

    public override ReadOnlyMemory<byte> ResponderCertificate => ReadOnlyMemory<byte>.Empty;

    /// <summary>True: what is written goes nowhere until it is set to false again.</summary>
    internal bool IsStalled
    {
        get => _stalled is not null;
        set
        {
            if (value)
            {
                _stalled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                return;
            }

            _stalled?.TrySetResult();
            _stalled = null;
        }
    }

    /// <summary>Ends when somebody waits for a stalled end.</summary>
    internal Task Stuck => _stuck.Task;

    /// <summary>True: what is written is forgotten, without an allocation.</summary>
    internal bool Discards { get; set; }

    internal static (MemoryTransport Relay, MemoryTransport Peer) CreatePair(IPAddress peer)
    {
        var relay = new MemoryTransport(new IPEndPoint(peer, 40_000));
        var other = new MemoryTransport(new IPEndPoint(IPAddress.Loopback, 9001)) { _other = relay };
        relay._other = other;
        return (relay, other);
    }

    public override async ValueTask<bool> WaitToReadAsync()
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (_arrived.Count > 0)
                {
                    return true;
                }

                if (_ended)
                {
                    return false;
                }

                changed = _changed.Task;
            }

            await changed;
        }
    }

    public override int Read(Span<byte> destination)
    {
        lock (_gate)
        {
            int length = 0;
            while (_arrived.TryPeek(out byte[]? bytes) && bytes.Length <= destination.Length - length)
            {
                bytes.CopyTo(destination[length..]);
                length += bytes.Length;
                _arrived.Dequeue();
            }

            return length;
        }
    }

    public override bool Write(ReadOnlySpan<byte> bytes)
    {
        if (!Discards)
        {
            _other.Deliver(bytes.ToArray());
        }

        return _stalled is null;
    }

    public override async ValueTask FlushAsync()
    {
        if (_stalled is { } stalled)
        {
            _stuck.TrySetResult();
            await stalled.Task;
        }
    }

    public override bool TryExportKeyingMaterial(ReadOnlySpan<byte> label, ReadOnlySpan<byte> context, Span<byte> output) => false;

    public override void Abort()
    {
        End();
        _other.End();
        _stalled?.TrySetException(new IOException("aborted"));
    }

    public override ValueTask DisposeAsync()
    {
        Abort();
        return ValueTask.CompletedTask;
    }

    private void Deliver(byte[] bytes)
    {
        lock (_gate)
        {
            _arrived.Enqueue(bytes);
            Signal();
        }
    }

    private void End()
    {
        lock (_gate)
        {
            _ended = true;
            Signal();
        }
    }

    private void Signal()
    {
        _changed.TrySetResult();
        _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
