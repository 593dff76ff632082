using System.Net;
using Tunic.Tor.Client.Listeners.Isolation;

namespace Tunic.Tor.Client.Streams;

/// <summary>Who asks for a stream, as a controller is told.</summary>
/// <param name="Client">Address and port of the application; null on a Unix socket.</param>
/// <param name="Protocol">SOCKS4, SOCKS5, HTTPCONNECT or DNS.</param>
/// <param name="Isolation">The port's isolation.</param>
public sealed record StreamSource(IPEndPoint? Client, string Protocol, IsolationOptions Isolation)
{
    /// <summary>What the application gave to keep its streams apart; empty for nothing.</summary>
    public string UserName { get; init; } = "";

    /// <inheritdoc cref="UserName"/>
    public string Password { get; init; } = "";
}
