using System.Net;
using System.Security.Cryptography;
using Tunic.Tor.Network.Channels;

namespace Tunic.Tests.Simulation;

/// <summary>A channel transport without a network: two ends joined by queues. Secret and certificate stand in for those of TLS.</summary>
internal sealed class MemoryTransport : ChannelTransport
{
    private readonly Lock _gate = new();
    private readonly Queue<byte[]> _arrived = new();
    private readonly byte[] _secret;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
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
            if (_ended)
            {
                throw new IOException("the connection is closed");
            }
        }

        _peer.Arrive(bytes.ToArray());
        return true;
    }

    public override ValueTask FlushAsync() => ValueTask.CompletedTask;

    public override bool TryExportKeyingMaterial(ReadOnlySpan<byte> label, ReadOnlySpan<byte> context, Span<byte> output)
    {
        HKDF.DeriveKey(HashAlgorithmName.SHA256, _secret, output, label, context);
        return true;
    }

    public override void Abort()
    {
        End();
        _peer.End();
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
