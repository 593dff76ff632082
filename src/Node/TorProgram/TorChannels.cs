using Tunic.Node.Configuration.Torrc;
using Tunic.Tor.Network.Channels;

namespace Tunic.Node.TorProgram;

/// <summary>What a torrc means for channels.</summary>
internal static class TorChannels
{
    /// <summary>As stock, which gives up on a peer that has taken nothing for this many periods.</summary>
    private const int StuckPeriods = 10;

    internal static ChannelOptions Create(TorrcNetworkOptions network) => new()
    {
        KeepalivePeriod = network.KeepalivePeriod,
        StuckTimeout = StuckPeriods * network.KeepalivePeriod,
    };

    /// <summary>Limits what the client's channels move. A relay's have buckets of their own, filled at the same rate.</summary>
    internal static void Limit(ChannelBandwidth bandwidth, TorrcNetworkOptions network)
    {
        bandwidth.CountsPrivate = network.CountPrivateBandwidth;
        bandwidth.SetLimits((Math.Max(1, network.BandwidthRate), Math.Max(1, network.BandwidthBurst)));
    }
}
