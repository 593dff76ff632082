using System.Net;
using Tunic.Primitives.Bytes;

namespace Tunic.Tor.Protocol.RelayMessages;

/// <summary>CONNECTED: the stream is open (tor-spec, "Opening streams and transferring data").</summary>
/// <param name="Address">Where the exit connected to; null for BEGIN_DIR and onion services. Not checked: the exit may say
/// anything.</param>
/// <param name="TimeToLive">Seconds for which the address may be kept, up to 2^31-1; null when not known.</param>
public sealed record Connected(IPAddress? Address = null, uint? TimeToLive = null)
{
    private const byte IPv6Type = 6;
    private const int IPv4Length = 4;
    private const int IPv6Length = 16;

    /// <summary>Reads one of the three forms: empty; IPv4 address and TTL, which may be missing; zeros, type, IPv6 address and TTL.
    /// What follows is ignored.</summary>
    /// <exception cref="MalformedMessageException">Not one of them.</exception>
    public static Connected Decode(ReadOnlySpan<byte> body)
    {
        if (body.IsEmpty)
        {
            return new Connected();
        }

        var reader = new ByteReader(body);
        ReadOnlySpan<byte> ipv4 = reader.ReadBytes(IPv4Length);
        if (ipv4.ContainsAnyExcept((byte)0))
        {
            uint? timeToLive = reader.Remaining < sizeof(uint) ? null : Checked(reader.ReadUInt32());
            return new Connected(new IPAddress(ipv4), timeToLive);
        }

        byte type = reader.ReadByte();
        if (type != IPv6Type)
        {
            throw new MalformedMessageException($"CONNECTED with address type {type}");
        }

        var ipv6 = new IPAddress(reader.ReadBytes(IPv6Length));
        return new Connected(ipv6, Checked(reader.ReadUInt32()));
    }

    /// <summary>The body as a new array. A TTL that is not known is written as 2^32-1.</summary>
    /// <exception cref="ArgumentException">The address is 0.0.0.0, which has no encoding.</exception>
    public byte[] Encode()
    {
        if (Address is null)
        {
            return [];
        }

        byte[] address = Address.GetAddressBytes();
        if (Address.Equals(IPAddress.Any))
        {
            throw new ArgumentException("CONNECTED cannot say 0.0.0.0");
        }

        var timeToLive = new byte[sizeof(uint)];
        new ByteWriter(timeToLive).WriteUInt32(TimeToLive ?? uint.MaxValue);
        return address.Length == IPv4Length
            ? [.. address, .. timeToLive]
            : [0, 0, 0, 0, IPv6Type, .. address, .. timeToLive];
    }

    private static uint? Checked(uint timeToLive) => timeToLive <= int.MaxValue ? timeToLive : null;
}
