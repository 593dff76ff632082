using System.Text;
using Tunic.Tor.Protocol.Socks;
using Tunic.Tor.Protocol.Socks.Http;

namespace Tunic.Tor.Client.Listeners.Isolation;

/// <summary>What may keep a request apart from others.</summary>
/// <param name="Listener">Different for each port.</param>
/// <param name="ClientAddress">Without its port.</param>
/// <param name="Protocol">"socks4", "socks5", "http" or "dns".</param>
/// <param name="Credentials">What the application gave for the purpose; empty for nothing.</param>
/// <param name="TargetHost">In lower case.</param>
/// <param name="TargetPort">0 for lookups.</param>
internal readonly record struct IsolationFacts(
    string Listener, string ClientAddress, string Protocol, string Credentials, string TargetHost, int TargetPort)
{
    /// <summary>A text that differs whenever the credentials do.</summary>
    internal static string Describe(SocksIsolation isolation) =>
        isolation == SocksIsolation.None ? "" : Join(isolation.IsAuthenticated ? "auth" : "id", isolation.Username, isolation.Password);

    /// <inheritdoc cref="Describe(SocksIsolation)"/>
    internal static string Describe(HttpIsolation isolation) =>
        isolation == HttpIsolation.None ? "" : Join(isolation.ProxyAuthorization, isolation.StreamIsolation, isolation.LegacyStreamIsolation);

    private static string Join(params ReadOnlySpan<string?> parts)
    {
        var text = new StringBuilder();
        foreach (string? part in parts)
        {
            text.Append(part?.Length ?? -1).Append(':').Append(part);
        }

        return text.ToString();
    }
}
