using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.Circuits;
using Tunic.Tor.Protocol.Documents.Policies;
using Tunic.Tor.Protocol.OnionServices.Descriptors;

namespace Tunic.Tor.Client.OnionServices.Visits;

/// <summary>How to extend to a relay that a stranger has named (stock hs_common.c, hs_get_extend_info_from_lspecs).</summary>
internal static class IntroductionTargets
{
    /// <summary>The introduction point as circuits need to know it.</summary>
    /// <param name="point">From a descriptor.</param>
    /// <param name="allowsPrivate">On a network of private addresses.</param>
    /// <returns>Null when it has no RSA identity or IPv4 address, or a private one: no relay may be made to connect there.</returns>
    internal static HopTarget? TryCreate(IntroductionPoint point, bool allowsPrivate)
    {
        if (point.LinkSpecifiers is not { RsaIdentity: { } identity, IPv4: { Port: not 0 } address } specifiers
            || (!allowsPrivate && InternalAddress.Contains(address.Address)))
        {
            return null;
        }

        return new HopTarget
        {
            RsaIdentity = identity,
            Ed25519Identity = specifiers.Ed25519Identity ?? default,
            NtorOnionKey = point.OnionKey,
            Specifiers = LinkSpecifiers.For(address, identity, specifiers.Ed25519Identity is { IsZero: false } known ? known : null, ipv6: null),
        };
    }
}
