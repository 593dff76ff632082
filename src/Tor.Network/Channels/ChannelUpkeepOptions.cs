using Tunic.Tor.Protocol.Links;

namespace Tunic.Tor.Network.Channels;

/// <summary>How the channels of one owner are kept. Read once, when a channel opens.</summary>
public sealed record ChannelUpkeepOptions
{
    /// <summary>Whether all channels are those of a client; for a relay only those are whose peer has not proved who it is.</summary>
    public required bool IsClient { get; init; }

    /// <summary>The user's wish for padding. Relays have none. Default <see cref="ChannelPaddingMode.Auto"/>.</summary>
    public ChannelPaddingMode Padding { get; init; } = ChannelPaddingMode.Auto;
}
