using System.Net;
using Tunic.Primitives.Bytes;

namespace Tunic.Tor.Protocol.Cells;

/// <summary>NETINFO: the sender's time, the address it sees the receiver at, and its own (tor-spec, "NETINFO cells"). All of it is
/// hearsay.</summary>
/// <param name="Timestamp">Seconds since 1970 UTC; 0 from clients.</param>
/// <param name="PeerAddress">The receiver as the sender sees it; null when its type is unknown, on which stock closes the link.</param>
/// <param name="Addresses">The sender's own; none from clients. Those of unknown type are left out. At most 255.</param>
public sealed record NetInfo(uint Timestamp, IPAddress? PeerAddress, IReadOnlyList<IPAddress> Addresses)
{
    private const byte IPv4Type = 4;
    private const byte IPv6Type = 6;
    private const int IPv4Length = 4;
    private const int IPv6Length = 16;

    /// <summary>Reads the body; what follows the last address is padding.</summary>
    /// <exception cref="MalformedMessageException">An address is cut off, or one of a known type has the wrong length.</exception>
    public static NetInfo Decode(ReadOnlySpan<byte> body)
    {
        var reader = new ByteReader(body);
        uint timestamp = reader.ReadUInt32();
        IPAddress? peerAddress = ReadAddress(ref reader);
        int count = reader.ReadByte();
        var addresses = new List<IPAddress>();
        for (int i = 0; i < count; i++)
        {
            if (ReadAddress(ref reader) is { } address)
            {
                addresses.Add(address);
            }
        }

        return new NetInfo(timestamp, peerAddress, addresses);
    }

    /// <summary>The body as a new array, without padding. A peer address that is null is written as 0.0.0.0.</summary>
    /// <exception cref="ArgumentException">More addresses than fit into a cell.</exception>
    public byte[] Encode()
    {
        Span<byte> body = stackalloc byte[Cell.BodyLength];
        var writer = new ByteWriter(body);
        writer.WriteUInt32(Timestamp);
        WriteAddress(ref writer, PeerAddress ?? IPAddress.Any);
        writer.WriteByte((byte)Math.Min(Addresses.Count, byte.MaxValue)); // 255 do not fit into a cell anyway
        foreach (IPAddress address in Addresses)
        {
            WriteAddress(ref writer, address);
        }

        return writer.Written.ToArray();
    }

    private static IPAddress? ReadAddress(ref ByteReader reader)
    {
        byte type = reader.ReadByte();
        int length = reader.ReadByte();
        ReadOnlySpan<byte> bytes = reader.ReadBytes(length);
        return (type, length) switch
        {
            (IPv4Type, IPv4Length) or (IPv6Type, IPv6Length) => new IPAddress(bytes),
            (IPv4Type or IPv6Type, _) => throw new MalformedMessageException($"NETINFO address type {type} with {length} bytes"),
            _ => null,
        };
    }

    private static void WriteAddress(ref ByteWriter writer, IPAddress address)
    {
        byte[] bytes = address.GetAddressBytes();
        writer.WriteByte(bytes.Length == IPv4Length ? IPv4Type : IPv6Type);
        writer.WriteByte((byte)bytes.Length);
        writer.WriteBytes(bytes);
    }
}
