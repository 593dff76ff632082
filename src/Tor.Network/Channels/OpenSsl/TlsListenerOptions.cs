namespace Tunic.Tor.Network.Channels.OpenSsl;

/// <summary>Limits on accepting. How many connections there may be is <see cref="ConnectionLimitOptions"/>.</summary>
public sealed record TlsListenerOptions
{
    /// <summary>Connections that have not completed their handshakes, 1 and more. Default 1 024; more are closed at once.</summary>
    public int MaxHandshakes { get; init; } = 1_024;

    /// <summary>Time for the TLS handshake. Default 30 s.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Connections that the kernel keeps for us. Default 512.</summary>
    public int Backlog { get; init; } = 512;
}
