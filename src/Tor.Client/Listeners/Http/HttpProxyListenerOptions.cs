using Tunic.Tor.Protocol.Socks.Http;

namespace Tunic.Tor.Client.Listeners.Http;

/// <summary>What one HTTP proxy port does. Read once at start.</summary>
public sealed record HttpProxyListenerOptions : ListenerOptions
{
    /// <summary>Limits of heads, and whether the port takes CONNECT only.</summary>
    public HttpProxyOptions Http { get; init; } = new();

    /// <summary>How long a connection may stay open between two requests. Default 2 minutes.</summary>
    public TimeSpan KeepAliveTimeout { get; init; } = TimeSpan.FromMinutes(2);
}
