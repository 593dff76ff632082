using Tunic.Primitives.Overlay;

namespace Tunic.Publishing.Traffic;

/// <summary>A listener that counts what goes through it, so that its owner sees visits while they happen.</summary>
/// <remarks>Thread safe. It knows nothing of who visits.</remarks>
/// <param name="inner">Belongs to this listener.</param>
public sealed class MeteredListener(IOverlayListener inner) : IOverlayListener
{
    private long _accepted;
    private long _ended;
    private long _received;
    private long _sent;

    /// <inheritdoc/>
    public HostAndPort Address => inner.Address;

    /// <summary>Streams so far.</summary>
    public long Accepted => Interlocked.Read(ref _accepted);

    /// <summary>Streams that are open now.</summary>
    public long Open => Accepted - Interlocked.Read(ref _ended);

    /// <summary>Bytes from visitors so far.</summary>
    public long BytesReceived => Interlocked.Read(ref _received);

    /// <summary>Bytes to visitors so far.</summary>
    public long BytesSent => Interlocked.Read(ref _sent);

    /// <inheritdoc/>
    public async ValueTask<Stream?> AcceptAsync(CancellationToken cancel)
    {
        if (await inner.AcceptAsync(cancel) is not { } stream)
        {
            return null;
        }

        Interlocked.Increment(ref _accepted);
        return new MeteredStream(stream, this);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => inner.DisposeAsync();

    internal void OnReceived(int count) => Interlocked.Add(ref _received, count);

    internal void OnSent(int count) => Interlocked.Add(ref _sent, count);

    internal void OnEnded() => Interlocked.Increment(ref _ended);
}
