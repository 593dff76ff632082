using System.Buffers.Binary;
using System.Net;

namespace Tunic.Tor.Protocol.Socks;

/// <summary>Addresses and names that mean something else at an exit than here (stock's <c>tor_addr_is_internal</c> and <c>tor_addr_hostname_is_local</c>).</summary>
public static class InternalAddresses
{
    private const string LocalSuffix = ".local";

    /// <summary>Whether it is a private, loopback, link-local or unspecified address; an IPv4 address inside IPv6 counts as what it holds.</summary>
    public static bool Contains(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }

        Span<byte> bytes = stackalloc byte[16];
        if (address.TryWriteBytes(bytes, out int length) && length == 4)
        {
            return ContainsIPv4(BinaryPrimitives.ReadUInt32BigEndian(bytes));
        }

        return (bytes[0] & 0xFE) == 0xFC // fc00::/7
            || (bytes[0] == 0xFE && bytes[1] >= 0x80) // fe80::/10 and fec0::/10
            || (!bytes[..15].ContainsAnyExcept((byte)0) && bytes[15] <= 1); // :: and ::1
    }

    /// <summary>Whether it is a name or address that an exit would take for its own surroundings.</summary>
    public static bool Contains(TargetAddress target) => target.Address is { } address
        ? Contains(address)
        : target.Host is "localhost" or "local" || target.Host.EndsWith(LocalSuffix, StringComparison.Ordinal);

    private static bool ContainsIPv4(uint address) =>
        address >> 24 is 0 or 10 or 127
        || address >> 22 == 0x191 // 100.64/10
        || address >> 16 is 0xA9FE or 0xC0A8 // 169.254/16, 192.168/16
        || address >> 20 == 0xAC1; // 172.16/12
}
