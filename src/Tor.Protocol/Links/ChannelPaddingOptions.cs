namespace Tunic.Tor.Protocol.Links;

/// <summary>What the padding of one link depends on besides the consensus. Read once, when the link opens.</summary>
public sealed record ChannelPaddingOptions
{
    /// <summary>The negotiated link version; PADDING_NEGOTIATE exists from 5 on.</summary>
    public required int LinkVersion { get; init; }

    /// <summary>Whether a client or bridge is at one of the ends: so for every link of a client, and for a relay whenever the peer is
    /// not a relay of the consensus.</summary>
    public required bool IsClientLink { get; init; }

    /// <summary>Whether the peer may tell us how to pad: true for a relay, and for a bridge towards clients; a client listens to
    /// nobody, or a guard could switch off its defence.</summary>
    public required bool AcceptsNegotiation { get; init; }

    /// <summary>The user's wish. Default <see cref="ChannelPaddingMode.Auto"/>.</summary>
    public ChannelPaddingMode Mode { get; init; } = ChannelPaddingMode.Auto;

    /// <summary>Whether we are a single onion service, which hides nothing. Default false.</summary>
    public bool IsSingleOnion { get; init; }
}
