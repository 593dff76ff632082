using System.Net;
using Tunic.Tor.Protocol.Links;

namespace Tunic.Tor.Relay.Circuits;

/// <summary>A relay as the consensus knows it.</summary>
/// <param name="Identity">Both identities; the Ed25519 one may be zero when not known.</param>
/// <param name="Addresses">Its OR ports.</param>
public sealed record KnownRelay(PeerIdentity Identity, IReadOnlyList<IPEndPoint> Addresses);
