using System.Net;
using Microsoft.AspNetCore.Connections;
using Tunic.Primitives.Overlay;

namespace Tunic.Publishing.Transport;

/// <summary>Kestrel's transport for onion addresses. Other end points are left to the other transports of the host.</summary>
internal sealed class OnionTransport : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    /// <inheritdoc/>
    public bool CanBind(EndPoint endpoint) => endpoint is OnionEndPoint;

    /// <inheritdoc/>
    public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        var wanted = (OnionEndPoint)endpoint;
        IOverlayListener listener = await wanted.Listen(cancellationToken);
        return new OnionConnectionListener(listener, new OnionEndPoint(wanted.Listen, listener.Address));
    }
}
