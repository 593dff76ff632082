using Tunic.Primitives.Overlay;
using Tunic.Tor.Network.Streams;
using Tunic.Tor.Protocol.Socks;

namespace Tunic.Tor.Client.Streams;

/// <summary>A client as the overlay that the features know: ordinary streams to host and port.</summary>
/// <param name="opener">The client. Its owner disposes it.</param>
public sealed class TunicOverlay(IStreamOpener opener) : IOverlay
{
    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The host is not a host name or address, or the port is 0.</exception>
    public async Task<Stream> ConnectAsync(HostAndPort target, IsolationKey isolation, CancellationToken cancel)
    {
        if (target.Port == 0 || !TargetAddress.TryParse(target.Host, target.Port, out TargetAddress? checkedTarget))
        {
            throw new ArgumentException("not a host name or address with a port", nameof(target));
        }

        var request = new StreamRequest(new HostAndPort(checkedTarget.Host, target.Port), isolation);
        return new TorStream(await opener.OpenAsync(request, cancel));
    }
}
