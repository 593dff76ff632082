using System.Net;
using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.Circuits;
using Tunic.Tor.Protocol.Documents.Policies;

namespace Tunic.Tor.Client.OnionServices;

/// <summary>A relay that a stranger names as the end of a circuit: an introduction point of a descriptor, or a visitor's rendezvous point (stock hs_get_extend_info_from_lspecs).</summary>
internal static class NamedRelay
{
    /// <summary>The relay as a hop to extend to.</summary>
    /// <param name="named">Where and who it is.</param>
    /// <param name="onionKey">Its ntor onion key, 32 bytes.</param>
    /// <param name="allowsPrivateAddresses">On a network of one's own.</param>
    /// <returns>Null when it has no RSA identity or IPv4 address, or one that is nobody's in the Internet: no relay may be made to connect there.</returns>
    internal static HopTarget? TryCreate(LinkSpecifiers named, ReadOnlyMemory<byte> onionKey, bool allowsPrivateAddresses)
    {
        if (named.IPv4 is not { Port: > 0 } address
            || address.Address.Equals(IPAddress.Any)
            || named.RsaIdentity is not { IsZero: false } identity
            || (!allowsPrivateAddresses && PrivateAddresses.Contains(address.Address)))
        {
            return null;
        }

        return new HopTarget
        {
            RsaIdentity = identity,
            Ed25519Identity = named.Ed25519Identity ?? default,
            NtorOnionKey = onionKey,
            Specifiers = LinkSpecifiers.For(address, identity, named.Ed25519Identity is { IsZero: false } known ? known : null, ipv6: null),
        };
    }
}
