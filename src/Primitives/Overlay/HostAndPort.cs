using System.Globalization;

namespace Tunic.Primitives.Overlay;

/// <summary>A target: a host name, onion address or IP address as text, and a TCP port.</summary>
/// <param name="Host">Without brackets. Never resolved on this machine.</param>
/// <param name="Port">1 to 65535.</param>
public sealed record HostAndPort(string Host, ushort Port)
{
    /// <summary>"host:port", an IPv6 address in brackets.</summary>
    public override string ToString() => Host.Contains(':', StringComparison.Ordinal)
        ? string.Create(CultureInfo.InvariantCulture, $"[{Host}]:{Port}")
        : string.Create(CultureInfo.InvariantCulture, $"{Host}:{Port}");
}
