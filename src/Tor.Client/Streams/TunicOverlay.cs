using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Overlay;
using Tunic.Tor.Network.Streams;
using Tunic.Tor.Protocol.Socks;

namespace Tunic.Tor.Client.Streams;

/// <summary>What opens streams as the overlay that the features know, for those who only connect; a <see cref="TorClient"/> is one that listens as well.</summary>
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

    /// <summary>Nobody listens through what only opens streams.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    public Task<IOverlayListener> ListenAsync(Ed25519PrivateKey key, ushort port, CancellationToken cancel) =>
        throw new NotSupportedException("this overlay opens streams only: listen with the client itself");
}
