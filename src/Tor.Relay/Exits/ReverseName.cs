using System.Globalization;
using System.Net;

namespace Tunic.Tor.Relay.Exits;

/// <summary>Reads the names under which addresses are looked up: "1.2.0.192.in-addr.arpa" (stock tor_addr_parse_PTR_name).</summary>
internal static class ReverseName
{
    private const string IPv4Suffix = ".in-addr.arpa";
    private const string IPv6Suffix = ".ip6.arpa";
    private const int IPv6Length = 16;

    /// <summary>Whether the name ends like one of an address.</summary>
    internal static bool IsReverse(string name) =>
        name.EndsWith(IPv4Suffix, StringComparison.OrdinalIgnoreCase) || name.EndsWith(IPv6Suffix, StringComparison.OrdinalIgnoreCase);

    /// <summary>The address; null when the name is malformed.</summary>
    internal static IPAddress? Parse(string name)
    {
        if (name.EndsWith(IPv4Suffix, StringComparison.OrdinalIgnoreCase))
        {
            string[] parts = name[..^IPv4Suffix.Length].Split('.');
            Array.Reverse(parts);
            return parts.Length == 4 && Array.TrueForAll(parts, IsByte) ? IPAddress.Parse(string.Join('.', parts)) : null;
        }

        return name.EndsWith(IPv6Suffix, StringComparison.OrdinalIgnoreCase) ? ParseIPv6(name[..^IPv6Suffix.Length]) : null;
    }

    private static IPAddress? ParseIPv6(string name)
    {
        string[] digits = name.Split('.');
        if (digits.Length != 2 * IPv6Length || !Array.TrueForAll(digits, digit => digit.Length == 1 && char.IsAsciiHexDigit(digit[0])))
        {
            return null;
        }

        Array.Reverse(digits);
        return new IPAddress(Convert.FromHexString(string.Concat(digits)));
    }

    /// <summary>Decimal without leading zeros, which some would read as octal: stock refuses them, and so does <see cref="IPAddress"/>.</summary>
    private static bool IsByte(string part) =>
        part.Length is > 0 and <= 3
        && (part.Length == 1 || part[0] != '0')
        && part.All(char.IsAsciiDigit)
        && byte.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out _);
}
