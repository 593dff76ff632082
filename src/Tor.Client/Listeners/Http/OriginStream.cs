using Tunic.Primitives.Overlay;
using Tunic.Tor.Network.Streams;
using Tunic.Tor.Protocol.Errors;
using Tunic.Tor.Protocol.Socks;
using Tunic.Tor.Protocol.Socks.Http;

namespace Tunic.Tor.Client.Listeners.Http;

/// <summary>A stream to an origin server, which may carry one request after the other.</summary>
internal sealed class OriginStream(CircuitStream stream, TargetAddress target, IsolationKey isolation) : IDisposable
{
    private static readonly string[] SafeToRepeat = ["GET", "HEAD", "OPTIONS", "TRACE"];

    private readonly TorStream _bytes = new(stream);
    private readonly InputBuffer _input = new();

    internal CircuitStream Stream => stream;

    /// <summary>What was received and not consumed.</summary>
    internal ReadOnlyMemory<byte> Input => _input.Content;

    /// <summary>The last response ended cleanly, and the server keeps the connection.</summary>
    internal bool IsReusable { get; set; }

    /// <summary>Closes the stream.</summary>
    public void Dispose()
    {
        stream.Close(EndReason.Misc);
        _input.Release();
    }

    /// <summary>
    /// Whether the request may go into this stream: same target, same isolation, still open, nothing said unasked. Only requests that may be
    /// repeated, because the server may be closing it just now.
    /// </summary>
    internal bool CanTake(HttpProxyRequest request, IsolationKey wanted)
    {
        Span<byte> unasked = stackalloc byte[1];
        return IsReusable
            && request.Target == target
            && wanted == isolation
            && request.Body.Kind == HttpBodyKind.None
            && !request.OffersUpgrade
            && SafeToRepeat.Contains(request.Method)
            && stream.RemoteEnd is null
            && stream.Failure is null
            && stream.Read(unasked) == 0;
    }

    /// <summary>Gives memory back while no request is under way.</summary>
    internal void Rest() => _input.Release();

    /// <summary>Drops bytes from the front of the input.</summary>
    internal void Consume(int count) => _input.Consume(count);

    /// <summary>Adds to the input what the server sends next. False at its end, however it came.</summary>
    /// <param name="limit">Most bytes of input.</param>
    /// <param name="room">How much may come at once.</param>
    /// <param name="cancel">Ends the wait.</param>
    internal async ValueTask<bool> ReceiveAsync(int limit, int room, CancellationToken cancel)
    {
        try
        {
            int received = await _bytes.ReadAsync(_input.GetRoom(limit, room), cancel);
            _input.Add(received);
            return received > 0;
        }
        catch (IOException)
        {
            return false; // the stream keeps the reason
        }
    }

    /// <summary>Sends all of it.</summary>
    /// <exception cref="IOException">The stream has ended.</exception>
    internal ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel) => _bytes.WriteAsync(bytes, cancel);
}
