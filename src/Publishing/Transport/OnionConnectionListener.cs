using System.Net;
using Microsoft.AspNetCore.Connections;
using Tunic.Primitives.Overlay;

namespace Tunic.Publishing.Transport;

/// <summary>Streams of an overlay as connections of Kestrel.</summary>
/// <remarks>Between unbind, when the last answers are written, and dispose nobody accepts: streams that come then wait, and are refused by dispose.</remarks>
internal sealed class OnionConnectionListener(IOverlayListener listener, EndPoint endPoint) : IConnectionListener
{
    private readonly CancellationTokenSource _unbound = new(); // holds no timer, so it needs no dispose

    /// <inheritdoc/>
    public EndPoint EndPoint => endPoint;

    /// <inheritdoc/>
    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _unbound.Token);
        try
        {
            return await listener.AcceptAsync(either.Token) is { } stream ? OnionConnection.Start(stream, endPoint) : null;
        }
        catch (OperationCanceledException) when (_unbound.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public ValueTask UnbindAsync(CancellationToken cancellationToken = default) => new(_unbound.CancelAsync());

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _unbound.CancelAsync();
        await listener.DisposeAsync();
    }
}
