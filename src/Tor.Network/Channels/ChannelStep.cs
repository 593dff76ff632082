namespace Tunic.Tor.Network.Channels;

/// <summary>The steps of a connection to a relay.</summary>
public enum ChannelStep
{
    /// <summary>It is being opened.</summary>
    Launched,

    /// <summary>The handshake is done.</summary>
    Connected,

    /// <summary>It could not be opened.</summary>
    Failed,

    /// <summary>It was open, and is no more.</summary>
    Closed,
}
