using System.Net;
using Tunic.Primitives.Bytes;
using Tunic.Tor.Protocol.Cells;
using static Tunic.Tests.Tor.Protocol.Cells.Wire;

namespace Tunic.Tests.Tor.Protocol.Cells;

/// <summary>Vectors: Arti, tor-cell/tests/testvec_chanmsg.rs; stock, test_netinfo.c, unsupported_addr.</summary>
public sealed class LinkCellTests
{
    [Fact]
    public void Versions_are_kept_in_order()
    {
        Versions versions = Versions.Decode(Hex("0003 0004 0005 FFFF"));

        Assert.Equal([3, 4, 5, 65535], versions.Numbers);
        Assert.Equal(Hex("0003 0004 0005 FFFF"), versions.Encode());
        Assert.Empty(Versions.Decode([]).Numbers);
    }

    [Fact]
    public void Versions_of_odd_length_are_malformed()
    {
        Assert.Throws<MalformedMessageException>(() => Versions.Decode(Hex("0003 0004 00")));
    }

    [Fact]
    public void Certs_keep_unknown_and_repeated_types()
    {
        byte[] body = Hex("04 04 0003 010203 BB 0000 04 0001 FF 07 0002 AABB");

        Certs certs = Certs.Decode([.. body, 0, 0, 0]);

        Assert.Equal(body, certs.Encode());
        Assert.Equal([4, 0xBB, 4, 7], certs.Certificates.Select(item => (int)item.Type));
        Assert.Equal(Hex("010203"), certs.Find(LinkCertificateType.Ed25519Signing)!.Bytes);
        Assert.Equal(2, certs.CountOf(LinkCertificateType.Ed25519Signing));
        Assert.Null(certs.Find(LinkCertificateType.RsaIdentity));
        Assert.Equal(0, certs.CountOf(LinkCertificateType.RsaIdentity));
        EveryPrefixIsMalformed(body, bytes => Certs.Decode(bytes));
    }

    [Fact]
    public void Certs_of_a_real_relay()
    {
        // types 5 and 4 of the CERTS cell in test_certs
        const string Tls =
            "01050006C98A03B4FD606B64E4CBD466B8D76CB131069BAE6F3AA1878857C9F624E31D77A799B8007173E5F8068431D0D3F5EE16B4C9FFD59DF373E1"
            + "52A87281BAE744AA5FCF72171BF4B27C4E8FC1C6A9FC5CA11058BC49647063D7903CFD9F512F89099B27BC0C";
        const string Signing =
            "01040006CC2A01F82294B866A31F01FC5D0DA8572850A9B929545C3266558D7D2316E3B74172B00100200400DCB604DB2034B00FD16986D4ADB9D16B"
            + "21CB4E4457A33DEC0F538903683E96E9FF1A5203FA27F86EF7528D89A0845D2520166E340754FFEA2AAE0F612B7CE5DA094A0236CDAC45034B0B6842"
            + "C18E7F6B51B93A3CF7E60663B8AD061C30A62602";
        byte[] body = Hex("02 05 0068" + Tls + "04 008C" + Signing);

        Certs certs = Certs.Decode(body);

        Assert.Equal(Hex(Tls), certs.Find(LinkCertificateType.Ed25519Tls)!.Bytes);
        Assert.Equal(Hex(Signing), certs.Find(LinkCertificateType.Ed25519Signing)!.Bytes);
        Assert.Equal(body, certs.Encode());
    }

    [Fact]
    public void Certs_that_do_not_fit_their_length_fields_cannot_be_written()
    {
        var certificate = new LinkCertificate(LinkCertificateType.RsaTls, new byte[65_536]);

        Assert.Throws<ArgumentException>(() => new Certs([certificate]).Encode());
        Assert.Throws<ArgumentException>(() => new Certs([.. Enumerable.Repeat(certificate with { Bytes = default }, 256)]).Encode());
    }

    [Fact]
    public void Auth_challenge()
    {
        byte[] body = Hex("00DA5C085DEE4F3656710DA3B73652E48ACD5BAE608335FCA3FB6C4DEE104A51 0002 0001 0003");

        AuthChallenge challenge = AuthChallenge.Decode([.. body, 9]);

        Assert.Equal(body.AsMemory(0, 32), challenge.Challenge);
        Assert.Equal([AuthenticationMethod.RsaSha256TlsSecret, AuthenticationMethod.Ed25519Sha256Rfc5705], challenge.Methods);
        Assert.Equal(body, challenge.Encode());
        EveryPrefixIsMalformed(body, bytes => AuthChallenge.Decode(bytes));
        Assert.Throws<ArgumentException>(() => (challenge with { Challenge = new byte[31] }).Encode());
    }

    [Fact]
    public void Authenticate_keeps_what_the_method_defines()
    {
        byte[] body = Hex("0003 0008 4155544830303033");

        Authenticate authenticate = Authenticate.Decode([.. body, 0]);

        Assert.Equal(AuthenticationMethod.Ed25519Sha256Rfc5705, authenticate.Method);
        Assert.Equal("AUTH0003"u8, authenticate.Authentication.Span);
        Assert.Equal(body, authenticate.Encode());
        EveryPrefixIsMalformed(body, bytes => Authenticate.Decode(bytes));
        Assert.Throws<ArgumentException>(() => (authenticate with { Authentication = new byte[65_536] }).Encode());
    }

    [Theory]
    [InlineData("00000000 04 04 7F000001 00", 0u, "127.0.0.1", "")]
    [InlineData("5F6F80E1 04 04 7F000001 01 04 04 7F000001", 0x5f6f80e1u, "127.0.0.1", "127.0.0.1")]
    [InlineData(
        "5F6F859C 06 10 00000000000000000000000000000001 02 04 04 7F000001 06 10 00000000000000000000000000000001",
        0x5f6f859cu, "::1", "127.0.0.1 ::1")]
    [InlineData("00000000 04 04 00000000 00", 0u, "0.0.0.0", "")]
    public void Netinfo(string hex, uint timestamp, string peer, string own)
    {
        NetInfo netInfo = NetInfo.Decode(Padded(Hex(hex)));

        Assert.Equal(timestamp, netInfo.Timestamp);
        Assert.Equal(IPAddress.Parse(peer), netInfo.PeerAddress);
        Assert.Equal(own.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(IPAddress.Parse), netInfo.Addresses);
        Assert.Equal(Hex(hex), netInfo.Encode());
        EveryPrefixIsMalformed(Hex(hex), bytes => NetInfo.Decode(bytes));
    }

    [Fact]
    public void Netinfo_skips_addresses_of_unknown_type()
    {
        NetInfo netInfo = NetInfo.Decode(Hex("5F6F859C 00 03 414141 03 03 05 6164647221 04 04 01020304 BB 00"));

        Assert.Null(netInfo.PeerAddress);
        Assert.Equal([IPAddress.Parse("1.2.3.4")], netInfo.Addresses);
        Assert.Equal(Hex("5F6F859C 04 04 00000000 01 04 04 01020304"), netInfo.Encode());
    }

    [Theory]
    [InlineData("00000000 04 05 7F00000100 00")]
    [InlineData("00000000 06 04 7F000001 00")]
    [InlineData("00000000 04 04 7F000001 01 04 03 7F0000")]
    [InlineData("00000000 04 04 7F000001 01 06 11 0000000000000000000000000000000001")]
    [InlineData("00000000 04 04 7F000001 FF")] // names more addresses than a cell holds
    public void Netinfo_that_stock_closes_the_link_on_is_malformed(string hex)
    {
        byte[] body = Hex(hex);
        body = hex.EndsWith("FF", StringComparison.Ordinal) ? [.. body, .. Enumerable.Repeat((byte)0xff, 498)] : Padded(body);

        Assert.Throws<MalformedMessageException>(() => NetInfo.Decode(body));
    }

    [Fact]
    public void Netinfo_with_more_addresses_than_a_cell_holds_cannot_be_written()
    {
        IPAddress[] addresses = [.. Enumerable.Repeat(IPAddress.Loopback, 83)];

        Assert.Equal(509, new NetInfo(0, IPAddress.Loopback, addresses).Encode().Length);
        Assert.ThrowsAny<ArgumentException>(() => new NetInfo(0, IPAddress.Loopback, [.. addresses, IPAddress.Loopback]).Encode());
    }

    [Fact]
    public void Padding_negotiate()
    {
        var start = new PaddingNegotiate(Start: true, 256, 512);
        var stop = new PaddingNegotiate(Start: false, 0, 0);

        Assert.Equal(Hex("00 02 0100 0200"), start.Encode());
        Assert.Equal(Hex("00 01 0000 0000"), stop.Encode());
        Assert.Equal(start, PaddingNegotiate.Decode(Padded(start.Encode())));
        Assert.Equal(stop, PaddingNegotiate.Decode(Padded(stop.Encode())));
        EveryPrefixIsMalformed(start.Encode(), bytes => PaddingNegotiate.Decode(bytes));
    }

    [Theory]
    [InlineData("90 03 0300 0000")]
    [InlineData("01 02 0100 0200")]
    [InlineData("00 00 0100 0200")]
    [InlineData("00 03 0100 0200")]
    public void Padding_negotiate_of_another_version_or_command_is_malformed(string hex)
    {
        Assert.Throws<MalformedMessageException>(() => PaddingNegotiate.Decode(Padded(Hex(hex))));
    }
}
