using System.Net;

namespace Tunic.Tor.Protocol.Documents.Policies;

/// <summary>Addresses that are nobody's in the Internet: neither circuits nor streams of strangers lead there.</summary>
public static class PrivateAddresses
{
    private static readonly AddressPattern _multicastAndReserved = new(IPAddress.Parse("224.0.0.0"), 3);

    /// <summary>Whether the address is private, local, or no address of a host; IPv4 inside IPv6 counts as what it is.</summary>
    public static bool Contains(IPAddress address)
    {
        IPAddress plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return InternalAddress.Contains(plain)
            || ExitPolicy.PrivateNetworks.Any(block => block.Contains(plain))
            || _multicastAndReserved.Contains(plain);
    }
}
