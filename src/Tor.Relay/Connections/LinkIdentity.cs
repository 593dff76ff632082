using Tunic.Tor.Network.Channels;
using Tunic.Tor.Network.Channels.OpenSsl;

namespace Tunic.Tor.Relay.Connections;

/// <summary>Who the relay is on links: the TLS certificate that it shows, and the certificates bound to it. Replaced as a whole, every few hours or days.</summary>
/// <param name="Tls">Its certificate is the link certificate in <paramref name="Channel"/>. Belongs to whoever made it, and may be disposed once it has been replaced.</param>
/// <param name="Channel">The relay's certificates and addresses.</param>
public sealed record LinkIdentity(TlsContext Tls, ChannelIdentity Channel);
