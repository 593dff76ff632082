using System.Net;
using Tunic.Tor.Protocol.Links;

namespace Tunic.Tor.Network.Channels;

/// <summary>Who we are on channels. A client is nobody: no certificates and no addresses.</summary>
/// <param name="Certificates">A relay's certificates; null for a client.</param>
/// <param name="Addresses">A relay's published addresses, at most one of each family.</param>
public sealed record ChannelIdentity(LinkCertificates? Certificates, IReadOnlyList<IPAddress> Addresses)
{
    /// <summary>A client.</summary>
    public static ChannelIdentity Anonymous { get; } = new(null, []);
}
