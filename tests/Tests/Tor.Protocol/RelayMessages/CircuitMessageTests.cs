using System.Net;
using Tunic.Primitives.Bytes;
using Tunic.Primitives.Keys;
using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.Errors;
using Tunic.Tor.Protocol.RelayMessages;
using static Tunic.Tests.Tor.Protocol.Cells.Wire;

namespace Tunic.Tests.Tor.Protocol.RelayMessages;

/// <summary>Vectors: stock, test_cell_formats.c, extend_cells and extended_cells, and test_sendme.c; Arti,
/// tor-cell/tests/testvec_relaymsg.rs.</summary>
public sealed class CircuitMessageTests
{
    private const string IPv4 = "00 06 12F40001F0F1";
    private const string Rsa = "02 14 616E7468726F706F6D6F727068697A6174696F6E";
    private const string Ed25519 = "03 20 62726F776E73686F6573646F6E746D616B6569742F62726F776E73686F657364";
    private const string IPv6 = "01 12 20020000000000000000000000F0C51E1112";
    private const string Unknown = "F0 20 75707570646F776E646F776E6C65667472696768746C65667472696768746261";
    private const string Handshake = "FFFF 0002 ABCD";

    [Fact]
    public void Extend2_as_seen_on_a_network()
    {
        byte[] body = Hex(
            "02 00 06 7F0000011388 02 14 03479E93EBF3FF2C58C1C9DBF2DE9DE9C2801B3E 0002 0054"
            + "03479E93EBF3FF2C58C1C9DBF2DE9DE9C2801B3E36A3E0BDB1F1A10579820243DD2E228B902940EB49EF842646E3926768C28410074BEE50A535"
            + "116D657C6BFB7E5114119DC69F05DF907EF62002EA782B0A357F");

        Extend2 extend = Extend2.Decode(body);

        Assert.Equal(IPEndPoint.Parse("127.0.0.1:5000"), extend.Target.IPv4);
        Assert.Equal("03479E93EBF3FF2C58C1C9DBF2DE9DE9C2801B3E", extend.Target.RsaIdentity.ToString());
        Assert.Null(extend.Target.Ed25519Identity);
        Assert.Equal((HandshakeType.Ntor, 84), (extend.Create.Type, extend.Create.Handshake.Length));
        Assert.Equal(body, extend.Encode());
        EveryPrefixIsMalformed(body, bytes => Extend2.Decode(bytes));
    }

    [Fact]
    public void Extend2_keeps_specifiers_and_handshakes_that_it_does_not_know()
    {
        byte[] body = Hex("04" + IPv4 + Rsa + IPv6 + Unknown + "0105 0003 010203");

        Extend2 extend = Extend2.Decode([.. body, 1, 2, 3]);

        Assert.Equal(IPEndPoint.Parse("[2002::f0:c51e]:4370"), extend.Target.IPv6);
        Assert.Equal(new RsaIdentity("anthropomorphization"u8), extend.Target.RsaIdentity);
        Assert.Equal((HandshakeType)0x105, extend.Create.Type);
        Assert.Equal(body, extend.Encode());
    }

    [Theory]
    [InlineData("02" + Rsa + IPv6 + Handshake)]
    [InlineData("03" + IPv4 + Rsa + Ed25519 + Handshake)]
    [InlineData("03" + IPv4 + IPv4 + Rsa + Handshake)]
    [InlineData("04" + IPv6 + IPv4 + Rsa + IPv6 + Handshake)]
    [InlineData("03 00 06 000000000000" + Rsa + IPv6 + Handshake)] // the IPv6 address will do
    [InlineData("03" + IPv4 + Rsa + "01 12 000000000000000000000000000000000000" + Handshake)]
    [InlineData("02" + IPv4 + Rsa + "FFFF 0000")]
    public void Extend2_that_stock_accepts_is_accepted(string hex)
    {
        Assert.Equal(Hex(hex), Extend2.Decode(Hex(hex)).Encode());
    }

    [Theory]
    [InlineData("00" + Handshake)]
    [InlineData("01" + IPv4 + Handshake)] // no identity
    [InlineData("02" + IPv4 + Ed25519 + Handshake)] // no RSA identity
    [InlineData("03" + IPv4 + Rsa + Rsa + Handshake)]
    [InlineData("04" + IPv4 + Rsa + Ed25519 + Ed25519 + Handshake)]
    [InlineData("02" + IPv4 + "02 14 0000000000000000000000000000000000000000" + Handshake)]
    [InlineData("01" + Rsa + Handshake)] // no address
    [InlineData("02 00 06 12F400010000" + Rsa + Handshake)] // port 0
    [InlineData("02 00 06 00000000F0F1" + Rsa + Handshake)] // address 0
    [InlineData("03 00 06 00000000F0F1" + IPv4 + Rsa + Handshake)] // the first address counts
    [InlineData("02 00 07 12F40001F0F1FF" + Rsa + Handshake)]
    [InlineData("02 00 05 12F40001F0" + Rsa + Handshake)]
    [InlineData("02" + IPv4 + Rsa + "FFFF 0003 ABCD")]
    [InlineData("02" + IPv4 + Rsa + "0000 0000")]
    [InlineData("02" + IPv4 + Rsa + "0001 0000")]
    [InlineData("02" + IPv4 + Rsa + "0002 0002 ABCD")]
    [InlineData("05 0A FF")]
    public void Extend2_that_stock_refuses_is_malformed(string hex)
    {
        Assert.Throws<MalformedMessageException>(() => Extend2.Decode(Hex(hex)));
    }

    [Fact]
    public void Extend2_of_a_client_is_what_stock_makes()
    {
        LinkSpecifiers target = LinkSpecifiers.For(
            IPEndPoint.Parse("18.244.0.1:61681"),
            new RsaIdentity("anthropomorphization"u8),
            new Ed25519Identity("brownshoesdontmakeit/brownshoesd"u8),
            IPEndPoint.Parse("[2002::f0:c51e]:4370"));

        byte[] body = new Extend2(target, new Create2((HandshakeType)0x105, new byte[0x63])).Encode();

        Assert.Equal(89 + 99, body.Length);
        Assert.Equal(Hex("04" + IPv4 + Rsa + Ed25519 + IPv6 + "0105 0063"), body[..89]);
    }

    [Fact]
    public void Random_bytes_are_no_extend2_or_come_back_the_same()
    {
        var random = new SeededRandomSource(13);
        byte[] valid = Hex("05" + IPv4 + Rsa + Ed25519 + IPv6 + Unknown + Handshake);
        for (int i = 0; i < 10_000; i++)
        {
            byte[] body = [.. valid];
            for (int change = random.NextInt32(3); change >= 0; change--)
            {
                body[random.NextInt32(body.Length)] = (byte)random.NextInt32(256);
            }

            try
            {
                byte[] again = Extend2.Decode(body).Encode();
                Assert.Equal(body[..again.Length], again);
            }
            catch (MalformedMessageException)
            {
                // as it should be
            }
        }
    }

    [Fact]
    public void Extended2_as_seen_on_a_network()
    {
        byte[] body = Hex(
            "0040 0026619058EB2661834D54C2624828728F28915587CDAD1AD3373B85F33A480EEA9D3B2CEF8D39C1DBD2FA519E75296B96960690C79A28D6A0D"
            + "9454F8E9634BD");

        Assert.Equal(body, Extended2.Decode([.. body, 7]).Encode());
        EveryPrefixIsMalformed(body, bytes => Extended2.Decode(bytes));
        Assert.Equal(496, Extended2.Decode([1, 0xf0, .. new byte[496]]).Handshake.Length);
        Assert.Throws<MalformedMessageException>(
            () => Extended2.Decode([1, 0xf1, .. new byte[497]]));
    }

    [Fact]
    public void Truncated_says_why_or_that_it_does_not_say()
    {
        Assert.Equal(DestroyReason.ChannelClosed, Truncated.Decode([8, 1]).Reason);
        Assert.Equal([8], new Truncated(DestroyReason.ChannelClosed).Encode());
        Assert.Null(Truncated.Decode([]).Reason);
        Assert.Throws<ArgumentException>(() => new Truncated(null).Encode());
    }

    [Theory]
    [InlineData("", 0, "")]
    [InlineData("01 0014 F01234989823478BCDEFABCDEF01234567890123", 1, "F01234989823478BCDEFABCDEF01234567890123")]
    [InlineData("01 0010 F01234989823478BCDEFABCDEF012345", 1, "F01234989823478BCDEFABCDEF012345")]
    public void Sendme_has_a_tag_or_nothing(string hex, int version, string tag)
    {
        Sendme sendme = Sendme.Decode(Hex(hex));

        Assert.Equal(version, sendme.Version);
        Assert.Equal(Hex(tag), sendme.Tag.ToArray());
        Assert.Equal(Hex(hex), sendme.Encode());
    }

    [Fact]
    public void Sendme_with_bytes_and_version_0_has_no_tag()
    {
        Sendme sendme = Sendme.Decode(Hex("00 0010 F01234989823478BCDEFABCDEF012345 99"));

        Assert.Equal(0, sendme.Version);
        Assert.True(sendme.Tag.IsEmpty);
    }

    [Theory]
    [InlineData("41")]
    [InlineData("00")]
    [InlineData("01")]
    [InlineData("01 00")]
    [InlineData("01 0000")]
    [InlineData("00 0000")]
    [InlineData("02 0010 F01234989823478BCDEFABCDEF012345")]
    [InlineData("01 0011 F01234989823478BCDEFABCDEF01234567")]
    [InlineData("01 0014 F01234989823478BCDEFABCDEF012345678901")]
    [InlineData("01 0010 F01234989823478BCDEFABCDEF0123")]
    public void Sendme_that_stock_refuses_is_malformed(string hex)
    {
        Assert.Throws<MalformedMessageException>(() => Sendme.Decode(Hex(hex)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(15)]
    [InlineData(17)]
    [InlineData(21)]
    public void Sendme_takes_no_tag_of_another_length(int length)
    {
        Assert.Throws<ArgumentException>(() => new Sendme(new byte[length]).Version);
    }

    [Fact]
    public void Sendme_is_made_and_read_without_allocation()
    {
        byte[] tag = new byte[20];
        byte[] body = new byte[23];
        Repeat(10);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Repeat(1000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Repeat(int count)
        {
            for (int i = 0; i < count; i++)
            {
                int length = new Sendme(tag).Encode(body);
                _ = Sendme.Decode(body.AsSpan(0, length)).Tag;
            }
        }
    }
}
