using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Handshakes;

namespace Tunic.Tor.Relay.Circuits;

/// <summary>What a relay answers circuit handshakes with. Replaced as a whole when an onion key is rotated.</summary>
/// <param name="RsaIdentity">Who we are, to ntor.</param>
/// <param name="Ed25519Identity">Who we are, to ntor-v3.</param>
/// <param name="OnionKeys">The onion key and those before it. Belongs to whoever made it, and lives for a minute after it was replaced.</param>
public sealed record HandshakeKeys(RsaIdentity RsaIdentity, Ed25519Identity Ed25519Identity, NtorKeyRing OnionKeys);
