using System.Net;

namespace Tunic.Tor.Protocol.Documents.Policies;

/// <summary>Which addresses mean something inside one site only (stock tor's tor_addr_is_internal).</summary>
public static class InternalAddress
{
    private static readonly AddressPattern[] Blocks =
    [
        Block("10.0.0.0", 8), Block("0.0.0.0", 8), Block("127.0.0.0", 8), Block("100.64.0.0", 10), Block("169.254.0.0", 16),
        Block("172.16.0.0", 12), Block("192.168.0.0", 16), Block("fc00::", 7), Block("fe80::", 10), Block("fec0::", 10), Block("::", 127),
    ];

    /// <summary>True for private, loopback and link-local addresses and for "any". An IPv4 address mapped into IPv6 counts as IPv4.</summary>
    public static bool Contains(IPAddress address)
    {
        IPAddress plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return Array.Exists(Blocks, block => block.Contains(plain));
    }

    private static AddressPattern Block(string address, int prefixLength) => new(IPAddress.Parse(address), prefixLength);
}
