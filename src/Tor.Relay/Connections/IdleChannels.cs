using Tunic.Primitives.Time;
using Tunic.Tor.Network.Channels;
using Tunic.Tor.Protocol.Links;

namespace Tunic.Tor.Relay.Connections;

/// <summary>Closes channels that have carried no circuit for a while (padding-spec, "Connection timeouts"), or that are stuck.</summary>
/// <remarks>One loop calls it.</remarks>
internal sealed class IdleChannels(ChannelTable channels, Func<ChannelPaddingParameters> parameters, RandomSource random)
{
    private Dictionary<Channel, TimeSpan> _limits = [];

    internal void Close(TimeSpan now)
    {
        var limits = new Dictionary<Channel, TimeSpan>();
        foreach (Channel channel in channels.All)
        {
            TimeSpan limit = _limits.TryGetValue(channel, out TimeSpan known) ? known : Draw(channel);
            limits.Add(channel, limit);
            if (channel.CircuitCount == 0 && now - channel.LastUsed > limit)
            {
                channel.Close(null);
            }

            channel.CloseIfStuck();
        }

        _limits = limits;
    }

    private TimeSpan Draw(Channel channel) =>
        parameters().DrawIdleTimeout(channel.Link.Peer is null, channel.Link.IsCanonical, isReduced: false, random);
}
