using System.Net;

namespace Tunic.Tor.Protocol.Documents.Policies;

/// <summary>A block of IPv4 or IPv6 addresses: an address and the number of its leading bits that count.</summary>
/// <remarks>A value; <c>default</c> is not a valid pattern.</remarks>
public readonly record struct AddressPattern
{
    private readonly UInt128 _bits;

    /// <summary>A block. The address is kept as given, host bits included, since stock tor writes it back like that.</summary>
    /// <param name="address">IPv4 or IPv6.</param>
    /// <param name="prefixLength">0 to 32 or 0 to 128.</param>
    /// <exception cref="ArgumentOutOfRangeException">The prefix is longer than the address.</exception>
    public AddressPattern(IPAddress address, int prefixLength)
    {
        (_bits, IsIPv6) = ToBits(address);
        ArgumentOutOfRangeException.ThrowIfNegative(prefixLength);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(prefixLength, IsIPv6 ? 128 : 32);
        PrefixLength = prefixLength;
    }

    /// <summary>Every IPv4 address.</summary>
    public static AddressPattern AnyIPv4 { get; } = new(IPAddress.Any, 0);

    /// <summary>Every IPv6 address.</summary>
    public static AddressPattern AnyIPv6 { get; } = new(IPAddress.IPv6Any, 0);

    /// <summary>Whether the block is one of IPv6 addresses.</summary>
    public bool IsIPv6 { get; }

    /// <summary>Leading bits that count.</summary>
    public int PrefixLength { get; }

    /// <summary>The address, host bits included.</summary>
    public IPAddress Address
    {
        get
        {
            Span<byte> bytes = stackalloc byte[16];
            System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(bytes, _bits);
            return new IPAddress(IsIPv6 ? bytes : bytes[..4]);
        }
    }

    /// <summary>Whether the address lies in the block. An IPv4 block holds no IPv6 address, mapped or not.</summary>
    public bool Contains(IPAddress address)
    {
        (UInt128 bits, bool isIPv6) = ToBits(address);
        return isIPv6 == IsIPv6 && (PrefixLength == 0 || ((bits ^ _bits) >> (128 - PrefixLength)) == UInt128.Zero);
    }

    /// <summary>"1.2.3.0/24", "[2001:db8::]/32", "*" for the whole of a family; a full-length prefix is left out.</summary>
    public override string ToString()
    {
        if (PrefixLength == 0)
        {
            return "*";
        }

        string address = IsIPv6 ? $"[{Address}]" : Address.ToString();
        return PrefixLength == (IsIPv6 ? 128 : 32) ? address : $"{address}/{PrefixLength}";
    }

    private static (UInt128 Bits, bool IsIPv6) ToBits(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        address.TryWriteBytes(bytes, out int length);
        return (System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(bytes), length == 16);
    }
}
