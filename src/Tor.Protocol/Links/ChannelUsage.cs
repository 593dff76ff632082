namespace Tunic.Tor.Protocol.Links;

/// <summary>What a link has been used for so far; it only rises. Padding depends on it.</summary>
public enum ChannelUsage
{
    /// <summary>Nothing, or one-hop circuits only: directory requests, self-tests.</summary>
    Unused,

    /// <summary>A circuit of more than one hop has been started on it.</summary>
    FullCircuits,

    /// <summary>RELAY cells, so probably somebody's data, have gone through such a circuit.</summary>
    UserTraffic,
}
