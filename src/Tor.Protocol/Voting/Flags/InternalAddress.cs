using System.Net;

namespace Tunic.Tor.Protocol.Voting.Flags;

/// <summary>Addresses that nobody outside can reach, by stock tor's list (address.c, tor_addr_is_internal).</summary>
public static class InternalAddress
{
    /// <summary>Whether the address is one of them; an IPv4 address inside an IPv6 one counts as the former.</summary>
    public static bool Is(IPAddress address)
    {
        byte[] bytes = (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).GetAddressBytes();
        return bytes.Length == 4 ? IsIPv4(bytes) : IsIPv6(bytes);
    }

    private static bool IsIPv4(ReadOnlySpan<byte> a) =>
        a[0] is 0 or 10 or 127
        || (a[0] == 100 && (a[1] & 0xc0) == 64)
        || (a[0] == 169 && a[1] == 254)
        || (a[0] == 172 && (a[1] & 0xf0) == 16)
        || (a[0] == 192 && a[1] == 168);

    private static bool IsIPv6(ReadOnlySpan<byte> a) =>
        (a[0] & 0xfe) == 0xfc
        || (a[0] == 0xfe && (a[1] & 0xc0) is (0x80 or 0xc0))
        || (a[..15].IndexOfAnyExcept((byte)0) < 0 && a[15] <= 1);
}
