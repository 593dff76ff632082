using Tunic.Tor.Protocol.Socks;

namespace Tunic.Tests.Tor.Protocol.Socks;

public sealed class TargetAddressTests
{
    [Theory]
    [InlineData("Example.COM", TargetKind.HostName, "example.com")]
    [InlineData("example.com.", TargetKind.HostName, "example.com")]
    [InlineData("under_score.example", TargetKind.HostName, "under_score.example")]
    [InlineData("localhost", TargetKind.HostName, "localhost")]
    [InlineData("1.2.3.4", TargetKind.IPv4, "1.2.3.4")]
    [InlineData("2001:0db8:85a3:0000:0000:8a2e:0370:7334", TargetKind.IPv6, "2001:db8:85a3::8a2e:370:7334")]
    [InlineData("[2001:db8::1]", TargetKind.IPv6, "2001:db8::1")]
    [InlineData("www.Pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion", TargetKind.Onion, "www.pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion")]
    [InlineData("abc.onion.", TargetKind.Onion, "abc.onion")]
    [InlineData("1e100.net", TargetKind.HostName, "1e100.net")]
    [InlineData("0xg", TargetKind.HostName, "0xg")]
    public void Hosts_are_told_apart_and_brought_into_one_form(string text, TargetKind kind, string host)
    {
        Assert.True(TargetAddress.TryParse(text, 80, out TargetAddress? target));
        Assert.Equal((kind, host), (target.Kind, target.Host));
        Assert.Equal(kind is TargetKind.IPv4 or TargetKind.IPv6, target.Address is not null);
        Assert.Equal(kind == TargetKind.IPv6 ? $"[{host}]:80" : $"{host}:80", target.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("a..b")]
    [InlineData(".a")]
    [InlineData("a..")]
    [InlineData("---")]
    [InlineData("-a.com")]
    [InlineData("_a.com")]
    [InlineData("\"\"\"\"\".com")]
    [InlineData("a b.com")]
    [InlineData("a\0.com")]
    [InlineData("a\r\n.com")]
    [InlineData("ä.com")]
    [InlineData("a@b.com")]
    [InlineData("a:b")]
    [InlineData("[1.2.3.4]")]
    [InlineData("[a.com]")]
    [InlineData("[::1")]
    [InlineData("::1]")]
    [InlineData("fe80::1%eth0")]
    [InlineData("127.1")]
    [InlineData("2130706433")]
    [InlineData("0x7f000001")]
    [InlineData("a.0X7F")]
    [InlineData("1.2.3.4.5")]
    [InlineData("1.2.3.256")]
    [InlineData("01.2.3.4")]
    [InlineData("onion")]
    [InlineData("exit")]
    [InlineData("www.example.com.relay.exit")]
    [InlineData("www.example.com.relay.EXIT.")]
    public void Anything_doubtful_is_refused(string text) => Assert.False(TargetAddress.TryParse(text, 80, out _));

    [Fact]
    public void Names_go_up_to_255_bytes()
    {
        Assert.True(TargetAddress.TryParse(new string('a', 255), 80, out _));
        Assert.False(TargetAddress.TryParse(new string('a', 256), 80, out _));
    }

    [Fact]
    public void The_label_of_an_onion_name_is_the_one_before_onion()
    {
        Assert.True(TargetAddress.TryParse("a.b.xyz.onion", 80, out TargetAddress? onion));
        Assert.Equal("xyz", onion.OnionLabel);
        Assert.True(TargetAddress.TryParse("xyz.onion.example", 80, out TargetAddress? other));
        Assert.False(other.IsOnion);
        Assert.Null(other.OnionLabel);
    }

    [Theory]
    [InlineData("example.com:443", "example.com:443")]
    [InlineData("example.com", "example.com:80")]
    [InlineData("[::1]:8080", "[::1]:8080")]
    [InlineData("[::1]", "[::1]:80")]
    [InlineData("1.2.3.4:1", "1.2.3.4:1")]
    public void Authorities_have_a_port_or_a_default(string text, string expected)
    {
        Assert.True(TargetAddress.TryParseAuthority(text, 80, out TargetAddress? target));
        Assert.Equal(expected, target.ToString());
    }

    [Theory]
    [InlineData("example.com:")]
    [InlineData("example.com:0")]
    [InlineData("example.com:65536")]
    [InlineData("example.com:99999999999")]
    [InlineData("example.com:+80")]
    [InlineData("example.com: 80")]
    [InlineData("example.com:80:80")]
    [InlineData(":80")]
    [InlineData("::1:80")]
    [InlineData("user@example.com:80")]
    [InlineData("[::1]x:80")]
    public void Malformed_authorities_are_refused(string text) => Assert.False(TargetAddress.TryParseAuthority(text, 80, out _));

    [Fact]
    public void Without_a_default_the_port_must_be_given() => Assert.False(TargetAddress.TryParseAuthority("example.com", null, out _));
}
