using System.Net;
using Tunic.Primitives.Bytes;
using Tunic.Primitives.Keys;
using Tunic.Tests.Fuzz.Engine;
using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.Errors;

namespace Tunic.Tests.Fuzz.Targets;

/// <summary>Cells and what is in them.</summary>
internal static class CellTargets
{
    private const int MaxVariableLength = 10_240;

    public static IEnumerable<FuzzTarget> All =>
    [
        new("cell-format", ReadCells, CellSeeds, nameof(CellFormat)) { MaxLength = 2048 },
        Message("versions", Versions.Decode, m => m.Encode(), [new Versions([3, 4, 5])], nameof(Versions)),
        Message("certs", Certs.Decode, m => m.Encode(), [new Certs([new LinkCertificate(LinkCertificateType.RsaIdentity, new byte[20])])], nameof(Certs)),
        Message(
            "auth-challenge",
            AuthChallenge.Decode,
            m => m.Encode(),
            [new AuthChallenge(new byte[32], [AuthenticationMethod.Ed25519Sha256Rfc5705])],
            nameof(AuthChallenge)),
        Message("authenticate", Authenticate.Decode, m => m.Encode(), [new Authenticate((AuthenticationMethod)3, new byte[352])], nameof(Authenticate)),
        Message("netinfo", NetInfo.Decode, m => m.Encode(), NetInfos, nameof(NetInfo)),
        Message("padding-negotiate", PaddingNegotiate.Decode, m => m.Encode(), [new PaddingNegotiate(true, 1500, 9500)], nameof(PaddingNegotiate)),
        Message("create2", Create2.Decode, m => m.Encode(), [new Create2(HandshakeType.Ntor, new byte[84])], nameof(Create2)),
        Message("created2", Created2.Decode, m => m.Encode(), [new Created2(new byte[64])], nameof(Created2)),
        Message("create-fast", CreateFast.Decode, m => m.Encode(), [new CreateFast(new byte[20])], nameof(CreateFast)),
        Message("created-fast", CreatedFast.Decode, m => m.Encode(), [new CreatedFast(new byte[40])], nameof(CreatedFast)),
        Message("destroy", Destroy.Decode, m => m.Encode(), [new Destroy(DestroyReason.Finished)], nameof(Destroy)),
        Message("link-specifiers", ReadSpecifiers, Write, [Specifiers], nameof(LinkSpecifiers), nameof(LinkSpecifier)),
    ];

    /// <summary>A target for a message that has both a decoder and an encoder.</summary>
    internal static FuzzTarget Message<T>(
        string name, Decoder<T> decode, Func<T, byte[]> encode, IEnumerable<T> seeds, params string[] scope) =>
        new(name, input => RoundTrip.Check(input.Span, decode, encode), () => seeds.Select(encode), scope);

    internal static LinkSpecifiers Specifiers => LinkSpecifiers.For(
        IPEndPoint.Parse("192.0.2.1:9001"), new RsaIdentity(new byte[20]), new Ed25519Identity(new byte[32]), IPEndPoint.Parse("[2001:db8::1]:443"));

    private static IEnumerable<NetInfo> NetInfos =>
    [
        new NetInfo(1_800_000_000, IPAddress.Parse("192.0.2.1"), [IPAddress.Parse("2001:db8::1")]),
        new NetInfo(0, null, []),
    ];

    private static LinkSpecifiers ReadSpecifiers(ReadOnlySpan<byte> bytes)
    {
        var reader = new ByteReader(bytes);
        return LinkSpecifiers.Read(ref reader);
    }

    private static byte[] Write(LinkSpecifiers specifiers)
    {
        var bytes = new byte[specifiers.EncodedLength];
        var writer = new ByteWriter(bytes);
        specifiers.Write(ref writer);
        FuzzFailureException.Require(specifiers.IPv4 is null || specifiers.CountOf(LinkSpecifierType.IPv4) > 0, "an address out of nothing");
        _ = (specifiers.IPv6, specifiers.RsaIdentity, specifiers.Ed25519Identity);
        return bytes;
    }

    private static IEnumerable<byte[]> CellSeeds()
    {
        foreach (CellFormat format in (CellFormat[])[CellFormat.Narrow, CellFormat.Wide])
        {
            foreach (CellCommand command in (CellCommand[])[CellCommand.Relay, CellCommand.Versions, CellCommand.Certs])
            {
                byte[] body = [0, 4, 0, 5];
                var cell = new byte[1 + format.GetCellLength(command, body.Length)];
                cell[0] = (byte)(format == CellFormat.Wide ? 1 : 0);
                format.Write(cell.AsSpan(1), 0x80, command, body);
                yield return cell;
            }
        }
    }

    /// <summary>The first byte chooses the format; the rest is a stream of cells.</summary>
    private static void ReadCells(ReadOnlyMemory<byte> input)
    {
        if (input.IsEmpty)
        {
            return;
        }

        CellFormat format = (input.Span[0] & 1) == 0 ? CellFormat.Narrow : CellFormat.Wide;
        ReadOnlySpan<byte> rest = input.Span[1..];
        while (Read(format, rest, out CellHeader header, out int length))
        {
            FuzzFailureException.Require(length > 0 && length <= rest.Length, "a cell longer than the input");
            FuzzFailureException.Require(header.HeaderLength + header.BodyLength == length, "header and body are not the cell");
            var written = new byte[length];
            format.Write(written, header.CircuitId, header.Command, rest.Slice(header.HeaderLength, header.BodyLength));
            FuzzFailureException.Require(rest[..length].SequenceEqual(written), "a cell that was read is written differently");
            rest = rest[length..];
        }
    }

    private static bool Read(CellFormat format, ReadOnlySpan<byte> input, out CellHeader header, out int length)
    {
        try
        {
            return format.TryRead(input, MaxVariableLength, out header, out length);
        }
        catch (ChannelProtocolException refusal)
        {
            throw new MalformedMessageException(refusal.Message); // the documented way to refuse a cell that is too long
        }
    }
}
