namespace Tunic.Tor.Network.Channels.OpenSsl;

/// <summary>Limits on accepting. How many connections there may be is <see cref="ConnectionLimitOptions"/>.</summary>
public sealed record TlsListenerOptions
{
    /// <summary>Connections of strangers that have not completed their handshakes, 1 and more. Default 1 024; beyond it the address with most loses its oldest.</summary>
    public int MaxHandshakes { get; init; } = 1_024;

    /// <summary>The same for known relays, which strangers take no places from, 1 and more. Default 256.</summary>
    public int MaxRelayHandshakes { get; init; } = 256;

    /// <summary>Time for the TLS handshake. Default 30 s.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Connections that the kernel keeps for us. Default 512.</summary>
    public int Backlog { get; init; } = 512;
}
