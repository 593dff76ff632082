using System.Net;
using Tunic.Primitives.Errors;
using Tunic.Primitives.Keys;
using Tunic.Tor.Network.Channels;
using Tunic.Tor.Protocol.Links;
using Tunic.Tor.Relay.Authority;

namespace Tunic.Node.Hosting;

/// <summary>Tests relays by opening a channel of its own to each, and closing it again.</summary>
internal sealed class ChannelProbe(IRelayConnector connector, ChannelEnvironment environment) : IReachabilityProbe
{
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
