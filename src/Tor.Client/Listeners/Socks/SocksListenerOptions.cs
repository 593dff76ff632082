using Tunic.Tor.Protocol.Socks;

namespace Tunic.Tor.Client.Listeners.Socks;

/// <summary>What one SOCKS port does. Read once at start.</summary>
public sealed record SocksListenerOptions : ListenerOptions
{
    /// <summary>Choices of the handshake.</summary>
    public SocksOptions Handshake { get; init; } = new();

    /// <summary>Tell more about onion services that cannot be reached (<c>ExtendedErrors</c>). Default false.</summary>
    public bool ExtendedErrors { get; init; }
}
