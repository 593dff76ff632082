using System.Net;
using Tunic.Primitives.Overlay;

namespace Tunic.Publishing.Transport;

/// <summary>What Kestrel is told to listen on.</summary>
/// <param name="listen">Begins to listen.</param>
/// <param name="address">Null until it listens.</param>
internal sealed class OnionEndPoint(Func<CancellationToken, Task<IOverlayListener>> listen, HostAndPort? address = null) : EndPoint
{
    internal Func<CancellationToken, Task<IOverlayListener>> Listen => listen;

    /// <summary>Kestrel writes it into its log after "http://".</summary>
    public override string ToString() => address?.ToString() ?? "an onion address";
}
