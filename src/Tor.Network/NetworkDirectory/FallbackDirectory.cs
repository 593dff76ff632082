using System.Net;
using Tunic.Primitives.Keys;

namespace Tunic.Tor.Network.NetworkDirectory;

/// <summary>A relay that serves the directory to clients which know no consensus yet. Trusted for nothing.</summary>
/// <param name="RelayIdentity">Its RSA identity.</param>
/// <param name="Addresses">Where it accepts channels, IPv4 first.</param>
public sealed record FallbackDirectory(RsaIdentity RelayIdentity, IReadOnlyList<IPEndPoint> Addresses)
{
    /// <summary>How often it is chosen, compared with the others. 0: only when no other is left. Default 1.</summary>
    public double Weight { get; init; } = 1;
}
