using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace Tunic.Tor.Protocol.Paths;

/// <summary>Strict reading of IP addresses: the base library also takes "1", "0x7f.1" and "fe80::1%eth0", which mean different things to different programs.</summary>
internal static class AddressText
{
    private static readonly SearchValues<char> IPv6Letters = SearchValues.Create("0123456789abcdefABCDEF:.");

    public static bool IsIPv6(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        return address.TryWriteBytes(bytes, out int written) && written == 16;
    }

    /// <summary>Reads four decimal numbers without leading zeros, or an IPv6 address without brackets and zone.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out IPAddress? address)
    {
        address = null;
        if (text.Contains(':'))
        {
            return !text.ContainsAnyExcept(IPv6Letters) && IPAddress.TryParse(text, out address);
        }

        Span<byte> bytes = stackalloc byte[4];
        int count = 0;
        foreach (Range part in text.Split('.'))
        {
            ReadOnlySpan<char> number = text[part];
            bool isDecimal = number.Length is >= 1 and <= 3 && !number.ContainsAnyExceptInRange('0', '9') && (number.Length == 1 || number[0] != '0');
            if (count == 4 || !isDecimal || !byte.TryParse(number, out bytes[count]))
            {
                return false;
            }

            count++;
        }

        if (count != 4)
        {
            return false;
        }

        address = new IPAddress(bytes);
        return true;
    }

    /// <summary>Whether two addresses of one length agree in their first bits.</summary>
    public static bool ShareBits(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right, int bits)
    {
        int whole = bits / 8;
        if (!left[..whole].SequenceEqual(right[..whole]))
        {
            return false;
        }

        int rest = bits % 8;
        return rest == 0 || (left[whole] ^ right[whole]) >> (8 - rest) == 0;
    }
}
