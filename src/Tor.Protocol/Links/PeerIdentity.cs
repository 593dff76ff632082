using Tunic.Primitives.Keys;

namespace Tunic.Tor.Protocol.Links;

/// <summary>Who a relay has proved to be on a link: both of its identities.</summary>
public readonly record struct PeerIdentity(RsaIdentity RsaIdentity, Ed25519Identity Ed25519Identity);
