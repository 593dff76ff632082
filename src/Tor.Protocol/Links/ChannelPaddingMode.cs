namespace Tunic.Tor.Protocol.Links;

/// <summary>What the user wants of link padding (stock tor's ConnectionPadding and ReducedConnectionPadding).</summary>
public enum ChannelPaddingMode
{
    /// <summary>Pad where the peer can.</summary>
    Auto,

    /// <summary>Pad, whether the peer can or not.</summary>
    Always,

    /// <summary>Pad less often, and ask the peer not to pad at all. For clients that save traffic.</summary>
    Reduced,

    /// <summary>Do not pad, and ask the peer not to.</summary>
    Never,
}
