using System.Net;
using Tunic.Primitives.Bytes;
using Tunic.Tor.Protocol.Cells;

namespace Tunic.Tor.Protocol.RelayMessages;

/// <summary>EXTEND2: asks the last hop to add another one (tor-spec, "EXTEND and EXTENDED cells").</summary>
/// <param name="Target">Where the next relay is and who it is.</param>
/// <param name="Create">What to send to it in a CREATE2 cell.</param>
public sealed record Extend2(LinkSpecifiers Target, Create2 Create)
{
    /// <summary>Reads the body, with the rules that stock relays apply. What follows the handshake is ignored.</summary>
    /// <remarks>Unknown specifiers and further addresses are kept; whether the address may be connected to is for the relay to
    /// decide.</remarks>
    /// <exception cref="MalformedMessageException">A field is cut off or has the wrong length; not exactly one RSA identity, or it
    /// is zero; more than one Ed25519 identity; no usable address; a handshake that <see cref="Create2.Decode"/> refuses.</exception>
    public static Extend2 Decode(ReadOnlySpan<byte> body)
    {
        var reader = new ByteReader(body);
        LinkSpecifiers target = LinkSpecifiers.Read(ref reader);
        if (target.CountOf(LinkSpecifierType.RsaIdentity) != 1 || target.CountOf(LinkSpecifierType.Ed25519Identity) > 1)
        {
            throw new MalformedMessageException("EXTEND2 needs one RSA identity and at most one Ed25519 identity");
        }

        if (target.RsaIdentity is { IsZero: true })
        {
            throw new MalformedMessageException("EXTEND2 to a zero identity");
        }

        if (!IsUsable(target.IPv4) && !IsUsable(target.IPv6))
        {
            throw new MalformedMessageException("EXTEND2 without an address and port");
        }

        return new Extend2(target, Create2.Decode(reader.ReadRest()));
    }

    /// <summary>The body as a new array.</summary>
    /// <exception cref="ArgumentException">A part is too long for its length field.</exception>
    public byte[] Encode()
    {
        var body = new byte[Target.EncodedLength + Create.EncodedLength];
        var writer = new ByteWriter(body);
        Target.Write(ref writer);
        Create.Encode(body.AsSpan(writer.Length));
        return body;
    }

    private static bool IsUsable(IPEndPoint? endPoint) =>
        endPoint is { Port: not 0 } && endPoint.Address.GetAddressBytes().AsSpan().ContainsAnyExcept((byte)0);
}
