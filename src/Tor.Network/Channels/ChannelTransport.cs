using System.Net;

namespace Tunic.Tor.Network.Channels;

/// <summary>The encrypted duplex byte stream under a channel: TLS over TCP here, something else in a web page or a test.</summary>
/// <remarks>
/// One reader and one writer at a time; they may be different threads. Reading and writing are split into a part that
/// works now (<see cref="Read"/>, <see cref="Write"/>) and a part that waits, so that no buffer is held while waiting.
/// </remarks>
public abstract class ChannelTransport : IAsyncDisposable
{
    /// <summary>Room that <see cref="Read"/> needs at least, bytes: a full receive and one TLS record left from before.</summary>
    public const int MinReadLength = 80 * 1024;

    /// <summary>Most bytes that one <see cref="Write"/> may take, bytes.</summary>
    public const int MaxWriteLength = 64 * 1024;

    /// <summary>Address of the peer; null where the transport has none.</summary>
    public abstract IPEndPoint? RemoteEndPoint { get; }

    /// <summary>Our own address on this connection; null where the transport has none.</summary>
    public abstract IPEndPoint? LocalEndPoint { get; }

    /// <summary>The responder's TLS leaf certificate (DER), the same bytes at both ends; Tor certificates are bound to it.</summary>
    public abstract ReadOnlyMemory<byte> ResponderCertificate { get; }

    /// <summary>Waits until <see cref="Read"/> has something, or the stream has ended (false).</summary>
    /// <exception cref="IOException">The connection broke.</exception>
    public abstract ValueTask<bool> WaitToReadAsync();

    /// <summary>Takes what has arrived, without waiting. 0 means nothing now.</summary>
    /// <param name="destination">At least <see cref="MinReadLength"/> bytes.</param>
    /// <exception cref="IOException">The connection broke, or the peer's TLS is at fault.</exception>
    public abstract int Read(Span<byte> destination);

    /// <summary>Encrypts up to <see cref="MaxWriteLength"/> bytes and gives to the network what it takes at once.</summary>
    /// <returns>True when all was sent; false when <see cref="FlushAsync"/> must be awaited before the next write.</returns>
    /// <exception cref="IOException">The connection broke.</exception>
    public abstract bool Write(ReadOnlySpan<byte> bytes);

    /// <summary>Waits until everything written has been given to the network.</summary>
    /// <exception cref="IOException">The connection broke.</exception>
    public abstract ValueTask FlushAsync();

    /// <summary>Keying material bound to this TLS session (RFC 5705, RFC 8446 section 7.5).</summary>
    /// <returns>False where the transport has no exporter: such a peer can only be a client.</returns>
    public abstract bool TryExportKeyingMaterial(ReadOnlySpan<byte> label, ReadOnlySpan<byte> context, Span<byte> output);

    /// <summary>Breaks the connection; waits end. May be called from any thread, and again.</summary>
    public abstract void Abort();

    /// <summary>Aborts and frees.</summary>
    public abstract ValueTask DisposeAsync();
}
