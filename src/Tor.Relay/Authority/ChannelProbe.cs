using System.Net;
using Tunic.Primitives.Errors;
using Tunic.Primitives.Keys;
using Tunic.Tor.Network.Channels;
using Tunic.Tor.Protocol.Links;

namespace Tunic.Tor.Relay.Authority;

/// <summary>Tests relays by opening a channel of its own to each, and closing it again (reachability.c, dirserv_single_reachability_test).</summary>
/// <remarks>
/// Thread safe. The RSA identity is checked here, by the link handshake; the Ed25519 identity that was proved is the caller's to compare with the
/// descriptor, which may be a newer one by then.
/// </remarks>
/// <param name="connector">Connects to relays.</param>
/// <param name="environment">What channels are built on.</param>
public sealed class ChannelProbe(IRelayConnector connector, ChannelEnvironment environment) : IReachabilityProbe
{
    /// <inheritdoc/>
    public async Task<Ed25519Identity?> ProbeAsync(IPEndPoint address, RsaIdentity relay, CancellationToken cancel)
    {
        await using var channels = new ChannelTable(connector, () => ChannelIdentity.Anonymous, acceptor: null, environment);
        try
        {
            Channel channel = await channels.GetAsync(new PeerIdentity(relay, default), [address], cancel);
            return channel.Link.Peer?.Ed25519Identity;
        }
        catch (Exception failure) when (failure is IOException or TimeoutException or TunicException)
        {
            return null;
        }
    }
}
