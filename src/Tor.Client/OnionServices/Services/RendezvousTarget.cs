using System.Net;
using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.Circuits;
using Tunic.Tor.Protocol.Documents.Policies;
using Tunic.Tor.Protocol.RelayMessages.OnionServices;

namespace Tunic.Tor.Client.OnionServices.Services;

/// <summary>The rendezvous point that a visitor names, as a hop to extend to (stock hs_get_extend_info_from_lspecs).</summary>
internal static class RendezvousTarget
{
    /// <summary>Reads it.</summary>
    /// <param name="plaintext">From a stranger, who may name anything.</param>
    /// <param name="allowsPrivateAddresses">On a network of one's own.</param>
    /// <returns>Null when the address or the identity is missing, or the address is nobody's in the Internet.</returns>
    internal static HopTarget? Read(IntroducePlaintext plaintext, bool allowsPrivateAddresses)
    {
        LinkSpecifiers named = plaintext.RendezvousPoint;
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
            NtorOnionKey = plaintext.OnionKey,
            Specifiers = LinkSpecifiers.For(address, identity, named.Ed25519Identity, ipv6: null),
        };
    }
}
