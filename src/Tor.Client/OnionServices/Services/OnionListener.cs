using Tunic.Primitives.Overlay;
using Tunic.Tor.Network.Streams;

namespace Tunic.Tor.Client.OnionServices.Services;

/// <summary>An onion service as a listener of the overlay.</summary>
internal sealed class OnionListener(OnionServiceHost host, OnionService service, ushort port, InProcessTarget target) : IOverlayListener
{
    /// <inheritdoc/>
    public HostAndPort Address { get; } = new(service.Address.ToString(), port);

    /// <inheritdoc/>
    public async ValueTask<Stream?> AcceptAsync(CancellationToken cancel) =>
        await target.AcceptAsync(cancel) is { } stream ? new TorStream(stream) : null;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await host.RemoveAsync(service);
}
