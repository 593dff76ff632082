using System.Net;
using Tunic.Primitives.Keys;

namespace Tunic.Tor.Network.NetworkDirectory;

/// <summary>A relay that serves the directory to clients which know no consensus yet. Trusted for nothing.</summary>
/// <param name="RelayIdentity">Its RSA identity.</param>
/// <param name="Addresses">Where it accepts channels, IPv4 first.</param>
public sealed record FallbackDirectory(RsaIdentity RelayIdentity, IReadOnlyList<IPEndPoint> Addresses);
