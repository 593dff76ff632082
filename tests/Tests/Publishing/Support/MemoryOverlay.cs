using System.Collections.Concurrent;
using System.Threading.Channels;
using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Errors;
using Tunic.Primitives.Overlay;
using Tunic.Tor.Network.Circuits;
using Tunic.Tor.Protocol.OnionServices;

namespace Tunic.Tests.Publishing.Support;

/// <summary>An overlay in memory: who connects to an address that somebody listens on is joined with him when he accepts.</summary>
internal sealed class MemoryOverlay : IOverlay
{
    private readonly ConcurrentDictionary<HostAndPort, Listener> _listeners = new();

    public async Task<Stream> ConnectAsync(HostAndPort target, IsolationKey isolation, CancellationToken cancel)
    {
        (MemoryDuplexStream ours, MemoryDuplexStream theirs) = MemoryDuplexStream.CreatePair();
        var visit = new Visit(theirs);
        if (!_listeners.TryGetValue(target, out Listener? listener) || !listener.Visits.Writer.TryWrite(visit))
        {
            throw new CircuitEndedException(ErrorKind.RemoteRefused, "nobody listens there");
        }

        await visit.Accepted.Task.WaitAsync(cancel);
        return ours;
    }

    public Task<IOverlayListener> ListenAsync(Ed25519PrivateKey key, ushort port, CancellationToken cancel)
    {
        var address = new HostAndPort(new OnionAddress(key.PublicKey).ToString(), port);
        var listener = new Listener(address, () => _listeners.TryRemove(address, out _));
        return _listeners.TryAdd(address, listener)
            ? Task.FromResult<IOverlayListener>(listener)
            : throw new CircuitEndedException(ErrorKind.Configuration, "the address is in use");
    }

    private sealed record Visit(Stream Stream)
    {
        internal TaskCompletionSource Accepted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed class Listener(HostAndPort address, Action remove) : IOverlayListener
    {
        private readonly ConcurrentQueue<Stream> _accepted = new();

        public HostAndPort Address => address;

        internal Channel<Visit> Visits { get; } = System.Threading.Channels.Channel.CreateBounded<Visit>(16);

        public async ValueTask<Stream?> AcceptAsync(CancellationToken cancel)
        {
            if (!await Visits.Reader.WaitToReadAsync(cancel) || !Visits.Reader.TryRead(out Visit? visit))
            {
                return null;
            }

            visit.Accepted.TrySetResult();
            _accepted.Enqueue(visit.Stream);
            return visit.Stream;
        }

        public ValueTask DisposeAsync()
        {
            remove();
            Visits.Writer.TryComplete();
            while (Visits.Reader.TryRead(out Visit? visit))
            {
                visit.Accepted.TrySetException(new CircuitEndedException(ErrorKind.RemoteRefused, "refused"));
            }

            foreach (Stream stream in _accepted)
            {
                stream.Dispose();
            }

            return ValueTask.CompletedTask;
        }
    }
}
