namespace Tunic.Tor.Network.Channels.OpenSsl;

/// <summary>Limits on connecting out.</summary>
public sealed record TlsConnectorOptions
{
    /// <summary>Time for TCP and TLS together, per address. Default 30 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);
}
