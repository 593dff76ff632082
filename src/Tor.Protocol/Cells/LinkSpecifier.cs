using System.Buffers.Binary;
using System.Net;
using Tunic.Primitives.Bytes;
using Tunic.Primitives.Keys;

namespace Tunic.Tor.Protocol.Cells;

/// <summary>One fact about the relay to extend to: where it is or who it is (tor-spec, "EXTEND and EXTENDED cells").</summary>
/// <param name="Type">LSTYPE; values without a name are kept.</param>
/// <param name="Bytes">LSPEC exactly as received: an onion service's list must be repeated to the byte.</param>
public sealed record LinkSpecifier(LinkSpecifierType Type, ReadOnlyMemory<byte> Bytes)
{
    private const int HeaderLength = 2;

    /// <summary>Bytes on the wire.</summary>
    public int EncodedLength => HeaderLength + Bytes.Length;

    /// <summary>The address and port of an IPv4 or IPv6 specifier, null for other types. Not checked: any address, port 0 too.</summary>
    public IPEndPoint? EndPoint
    {
        get
        {
            if (Type is not (LinkSpecifierType.IPv4 or LinkSpecifierType.IPv6))
            {
                return null;
            }

            ReadOnlySpan<byte> bytes = Bytes.Span;
            return new IPEndPoint(new IPAddress(bytes[..^2]), BinaryPrimitives.ReadUInt16BigEndian(bytes[^2..]));
        }
    }

    /// <summary>The identity in an RSA identity specifier, null for other types.</summary>
    public RsaIdentity? RsaIdentity =>
        Type == LinkSpecifierType.RsaIdentity ? new RsaIdentity(Bytes.Span) : null;

    /// <summary>The identity in an Ed25519 identity specifier, null for other types.</summary>
    public Ed25519Identity? Ed25519Identity =>
        Type == LinkSpecifierType.Ed25519Identity ? new Ed25519Identity(Bytes.Span) : null;

    /// <summary>An IPv4 or IPv6 specifier.</summary>
    public static LinkSpecifier From(IPEndPoint endPoint)
    {
        byte[] address = endPoint.Address.GetAddressBytes();
        byte[] bytes = [.. address, (byte)(endPoint.Port >> 8), (byte)(endPoint.Port & 0xff)];
        return new LinkSpecifier(address.Length == 4 ? LinkSpecifierType.IPv4 : LinkSpecifierType.IPv6, bytes);
    }

    /// <summary>An RSA identity specifier.</summary>
    public static LinkSpecifier From(RsaIdentity identity) => new(LinkSpecifierType.RsaIdentity, identity.ToArray());

    /// <summary>An Ed25519 identity specifier.</summary>
    public static LinkSpecifier From(Ed25519Identity identity) => new(LinkSpecifierType.Ed25519Identity, identity.ToArray());

    /// <summary>Takes one specifier from the front of <paramref name="reader"/>.</summary>
    /// <exception cref="MalformedMessageException">It is cut off, or a known type has the wrong length.</exception>
    public static LinkSpecifier Read(ref ByteReader reader)
    {
        var type = (LinkSpecifierType)reader.ReadByte();
        int length = reader.ReadByte();
        ReadOnlySpan<byte> bytes = reader.ReadBytes(length);
        if (length != (GetLength(type) ?? length))
        {
            throw new MalformedMessageException($"{type} link specifier of {length} bytes");
        }

        return new LinkSpecifier(type, bytes.ToArray());
    }

    /// <summary>Appends the specifier.</summary>
    /// <exception cref="ArgumentException">It is longer than 255 bytes, or there is no room.</exception>
    public void Write(ref ByteWriter writer)
    {
        if (Bytes.Length > byte.MaxValue)
        {
            throw new ArgumentException($"a link specifier has at most {byte.MaxValue} bytes, not {Bytes.Length}");
        }

        writer.WriteByte((byte)Type);
        writer.WriteByte((byte)Bytes.Length);
        writer.WriteBytes(Bytes.Span);
    }

    private static int? GetLength(LinkSpecifierType type) => type switch
    {
        LinkSpecifierType.IPv4 => 6,
        LinkSpecifierType.IPv6 => 18,
        LinkSpecifierType.RsaIdentity => Primitives.Keys.RsaIdentity.Length,
        LinkSpecifierType.Ed25519Identity => Primitives.Keys.Ed25519Identity.Length,
        _ => null,
    };
}
