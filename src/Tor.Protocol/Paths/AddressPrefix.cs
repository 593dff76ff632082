using System.Globalization;
using System.Net;

namespace Tunic.Tor.Protocol.Paths;

/// <summary>A network such as 10.0.0.0/8 or 2001:db8::/32. Bits behind the prefix are ignored.</summary>
public sealed class AddressPrefix : IEquatable<AddressPrefix>
{
    private readonly byte[] _network;

    /// <param name="address">Any address of the network.</param>
    /// <param name="length">Bits that count: 0 to 32 for IPv4, 0 to 128 for IPv6.</param>
    /// <exception cref="ArgumentOutOfRangeException">The length does not fit the address.</exception>
    public AddressPrefix(IPAddress address, int length)
    {
        _network = address.GetAddressBytes();
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, 8 * _network.Length);
        Length = length;
    }

    /// <summary>Bits that count.</summary>
    public int Length { get; }

    /// <summary>Reads "192.0.2.1", "192.0.2.0/24", "2001:db8::/32" and the same in square brackets.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out AddressPrefix? prefix)
    {
        prefix = null;
        int slash = text.IndexOf('/');
        ReadOnlySpan<char> address = slash < 0 ? text : text[..slash];
        if (address is ['[', .. var inner, ']'])
        {
            address = inner;
        }

        if (!AddressText.TryParse(address, out IPAddress? parsed))
        {
            return false;
        }

        int bits = AddressText.IsIPv6(parsed) ? 128 : 32;
        int length = bits;
        if (slash >= 0 && (!int.TryParse(text[(slash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out length) || length > bits))
        {
            return false;
        }

        prefix = new AddressPrefix(parsed, length);
        return true;
    }

    /// <summary>Whether the address is of the same kind and lies inside.</summary>
    public bool Contains(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        return address.TryWriteBytes(bytes, out int written)
            && written == _network.Length
            && AddressText.ShareBits(bytes[..written], _network, Length);
    }

    /// <inheritdoc/>
    public bool Equals(AddressPrefix? other) =>
        other is not null && other.Length == Length && other._network.Length == _network.Length
        && AddressText.ShareBits(_network, other._network, Length);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as AddressPrefix);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Length, _network.Length);

    /// <summary>"192.0.2.0/24".</summary>
    public override string ToString() => $"{new IPAddress(_network)}/{Length}";
}
