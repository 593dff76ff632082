using System.Net;
using System.Security.Cryptography;
using Tunic.Tor.Network.Channels;

namespace Tunic.Tests.Simulation;

/// <summary>
/// A channel transport without a network: two ends joined by queues. Secret and certificate stand in for those of TLS. An end may
/// be told to stall, as towards a peer that does not read.
/// </summary>
internal sealed class MemoryTransport : ChannelTransport
{
    private readonly Lock _gate = new();
    private readonly Queue<byte[]> _arrived = new();
    private readonly TaskCompletionSource _stuck = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly byte[] _secret;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource? _stalled;
    private TaskCompletionSource? _discarding;
    private MemoryTransport _peer = null!;
    private bool _ended;

    private MemoryTransport(byte[] certificate, byte[] secret, IPEndPoint local, IPEndPoint remote)
    {
        ResponderCertificate = certificate;
        _secret = secret;
        LocalEndPoint = local;
        RemoteEndPoint = remote;
    }

    public override IPEndPoint? RemoteEndPoint { get; }

    public override IPEndPoint? LocalEndPoint { get; }

    public override ReadOnlyMemory<byte> ResponderCertificate { get; }

    /// <summary>True: from here on the network takes what is written once, and no more until this end is closed.</summary>
    internal bool IsStalled
    {
        get => _stalled is not null;
        set => _stalled = value ? new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously) : null;
    }

    /// <summary>Ends when somebody waits for a stalled end.</summary>
    internal Task Stuck => _stuck.Task;

    /// <summary>True: what is written is forgotten, without an allocation.</summary>
    internal bool Discards { get; set; }

    /// <summary>Bytes forgotten so far.</summary>
    internal long Discarded { get; private set; }

    /// <summary>Runs inside each write, on the writer's thread.</summary>
    internal Action? Writing { get; set; }

    internal static (MemoryTransport Initiator, MemoryTransport Responder) CreatePair(
        byte[] certificate, IPEndPoint initiator, IPEndPoint responder)
    {
        byte[] secret = RandomNumberGenerator.GetBytes(32);
        var left = new MemoryTransport(certificate, secret, initiator, responder);
        var right = new MemoryTransport(certificate, secret, responder, initiator);
        (left._peer, right._peer) = (right, left);
        return (left, right);
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
        Writing?.Invoke();
        lock (_gate)
        {
            if (_ended)
            {
                throw new IOException("the connection is closed");
            }

            if (Discards)
            {
                Discarded += bytes.Length;
            }
        }

        if (Discards)
        {
            _discarding?.TrySetResult();
        }
        else
        {
            _peer.Arrive(bytes.ToArray());
        }

        return _stalled is null;
    }

    /// <summary>Ends when as many bytes have been written and forgotten.</summary>
    internal async Task WaitForDiscardedAsync(long count)
    {
        while (true)
        {
            Task more;
            lock (_gate)
            {
                if (Discarded >= count)
                {
                    return;
                }

                _discarding = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                more = _discarding.Task;
            }

            await more;
        }
    }

    public override async ValueTask FlushAsync()
    {
        if (_stalled is { } stalled)
        {
            _stuck.TrySetResult();
            await stalled.Task;
        }
    }

    public override bool TryExportKeyingMaterial(ReadOnlySpan<byte> label, ReadOnlySpan<byte> context, Span<byte> output)
    {
        HKDF.DeriveKey(HashAlgorithmName.SHA256, _secret, output, label, context);
        return true;
    }

    public override void Abort()
    {
        End();
        _peer.End();
        _stalled?.TrySetException(new IOException("the connection is closed"));
    }

    public override ValueTask DisposeAsync()
    {
        Abort();
        return ValueTask.CompletedTask;
    }

    private void Arrive(byte[] bytes)
    {
        lock (_gate)
        {
            _arrived.Enqueue(bytes);
        }

        Signal();
    }

    private void End()
    {
        lock (_gate)
        {
            _ended = true;
        }

        Signal();
    }

    private void Signal()
    {
        TaskCompletionSource before;
        lock (_gate)
        {
            before = _changed;
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        before.TrySetResult();
    }
}
