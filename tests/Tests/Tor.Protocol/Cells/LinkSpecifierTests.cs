using System.Net;
using Tunic.Primitives.Bytes;
using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Cells;
using static Tunic.Tests.Tor.Protocol.Cells.Wire;

namespace Tunic.Tests.Tor.Protocol.Cells;

public sealed class LinkSpecifierTests
{
    // stock, test_cell_formats.c, extend_cells: the second IPv4 address and the last, unknown specifier added
    private const string List =
        "06 00 06 12F40001F0F1 02 14 616E7468726F706F6D6F727068697A6174696F6E 01 12 20020000000000000000000000F0C51E1112"
        + "00 06 010203040005 F0 03 757075 03 20 62726F776E73686F6573646F6E746D616B6569742F62726F776E73686F657364";

    [Fact]
    public void The_first_of_each_kind_counts()
    {
        LinkSpecifiers specifiers = Read(Hex(List));

        Assert.Equal(6, specifiers.Count);
        Assert.Equal(IPEndPoint.Parse("18.244.0.1:61681"), specifiers.IPv4);
        Assert.Equal(IPEndPoint.Parse("[2002::f0:c51e]:4370"), specifiers.IPv6);
        Assert.Equal(new RsaIdentity("anthropomorphization"u8), specifiers.RsaIdentity);
        Assert.Equal(new Ed25519Identity("brownshoesdontmakeit/brownshoesd"u8), specifiers.Ed25519Identity);
        Assert.Equal(2, specifiers.CountOf(LinkSpecifierType.IPv4));
    }

    [Fact]
    public void Unknown_specifiers_are_repeated_to_the_byte_and_in_order()
    {
        LinkSpecifiers specifiers = Read(Hex(List));
        var encoded = new byte[specifiers.EncodedLength];
        var writer = new ByteWriter(encoded);

        specifiers.Write(ref writer);

        Assert.Equal(Hex(List), encoded);
        Assert.Equal((LinkSpecifierType)0xf0, specifiers[4].Type);
        Assert.Null(specifiers[4].EndPoint);
        Assert.Null(specifiers[4].RsaIdentity);
        Assert.Null(specifiers[4].Ed25519Identity);
    }

    [Fact]
    public void Every_prefix_of_a_list_is_malformed() => EveryPrefixIsMalformed(Hex(List), bytes => Read(bytes));

    [Theory]
    [InlineData("00 05 12F40001F0")]
    [InlineData("00 07 12F40001F0F1FF")]
    [InlineData("01 11 2002000000000000000000000000000011")]
    [InlineData("01 13 20020000000000000000000000000000111200")]
    [InlineData("02 13 00000000000000000000000000000000000000")]
    [InlineData("03 00")]
    public void A_known_specifier_of_the_wrong_length_is_malformed(string hex)
    {
        Assert.Throws<MalformedMessageException>(() => Read(Hex("01" + hex)));
    }

    [Fact]
    public void Clients_list_them_in_the_order_of_stock()
    {
        var ipv4 = IPEndPoint.Parse("127.0.0.1:5000");
        var ipv6 = IPEndPoint.Parse("[2001:db8::1]:9001");
        var rsa = new RsaIdentity(Hex("03479E93EBF3FF2C58C1C9DBF2DE9DE9C2801B3E"));
        var ed25519 = new Ed25519Identity(Enumerable.Repeat((byte)7, 32).ToArray());

        LinkSpecifiers all = LinkSpecifiers.For(ipv4, rsa, ed25519, ipv6);
        LinkSpecifiers few = LinkSpecifiers.For(ipv4: null, rsa, ed25519Identity: null, ipv6);

        Assert.Equal([0, 2, 3, 1], all.Select(item => (int)item.Type));
        Assert.Equal([2, 1], few.Select(item => (int)item.Type));
        Assert.Equal(Hex("7F0000011388"), all[0].Bytes);
        Assert.Equal((ipv4, ipv6, rsa, ed25519), (all.IPv4, all.IPv6, all.RsaIdentity, all.Ed25519Identity));
        Assert.Null(few.IPv4);
        Assert.Null(few.Ed25519Identity);
    }

    [Fact]
    public void What_the_length_fields_cannot_hold_is_refused()
    {
        var specifier = new LinkSpecifier((LinkSpecifierType)9, new byte[256]);

        Assert.Throws<ArgumentException>(() => new LinkSpecifiers([.. Enumerable.Repeat(specifier, 256)]));
        Assert.Throws<ArgumentException>(() =>
        {
            var writer = new ByteWriter(new byte[300]);
            specifier.Write(ref writer);
        });
    }

    private static LinkSpecifiers Read(byte[] bytes)
    {
        var reader = new ByteReader(bytes);
        return LinkSpecifiers.Read(ref reader);
    }
}
