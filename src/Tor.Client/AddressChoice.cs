using System.Net;
using System.Net.Sockets;

namespace Tunic.Tor.Client;

/// <summary>Over which address family a client connects to relays (stock reachable_addr_choose).</summary>
/// <param name="UsesIPv4">IPv4 may be used.</param>
/// <param name="UsesIPv6">IPv6 may be used; where IPv4 may too, only for a relay that has no usable IPv4 address or if it is preferred.</param>
/// <param name="PrefersIPv6">IPv6 is used wherever a relay has it.</param>
public sealed record AddressChoice(bool UsesIPv4, bool UsesIPv6, bool PrefersIPv6)
{
    /// <summary>Both, IPv4 first.</summary>
    public static AddressChoice Default { get; } = new(UsesIPv4: true, UsesIPv6: true, PrefersIPv6: false);

    /// <summary>The addresses that may be used, best first; empty when none may.</summary>
    public IReadOnlyList<IPEndPoint> Sort(IEnumerable<IPEndPoint> addresses) =>
        [.. addresses.Where(MayUse).OrderByDescending(address => IsIPv6(address) == PrefersIPv6)];

    private bool MayUse(IPEndPoint address) => IsIPv6(address) ? UsesIPv6 : UsesIPv4;

    private static bool IsIPv6(IPEndPoint address) => address.AddressFamily == AddressFamily.InterNetworkV6;
}
