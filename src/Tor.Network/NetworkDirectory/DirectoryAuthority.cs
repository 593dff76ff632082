using System.Net;
using Tunic.Primitives.Keys;

namespace Tunic.Tor.Network.NetworkDirectory;

/// <summary>One of the few relays whose signatures make a consensus.</summary>
/// <param name="Nickname">For messages only.</param>
/// <param name="V3Identity">SHA-1 of its certificate's identity key: who signs.</param>
/// <param name="RelayIdentity">Its relay's RSA identity: who answers channels.</param>
/// <param name="OnionRouterAddress">Where it accepts channels.</param>
/// <param name="DirectoryAddress">Where it serves plain HTTP, for relays.</param>
public sealed record DirectoryAuthority(
    string Nickname, RsaIdentity V3Identity, RsaIdentity RelayIdentity, IPEndPoint OnionRouterAddress, IPEndPoint DirectoryAddress)
{
    /// <summary>Where it accepts channels over IPv6; null for nowhere. Default null.</summary>
    public IPEndPoint? IPv6Address { get; init; }

    /// <summary>How often it is asked in the place of a fallback, compared with the other authorities. Default 1.</summary>
    public double Weight { get; init; } = 1;
}
