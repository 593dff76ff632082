using Tunic.Tor.Protocol.Documents;

namespace Tunic.Tests.Tor.Protocol.Documents;

public sealed class ProtocolVersionsTests
{
    [Theory]
    [InlineData("Link=1-3,5 Relay=2", "Link=1-3,5 Relay=2")]
    [InlineData("Relay=2 Link=5,1,2,3", "Link=1-3,5 Relay=2")]
    [InlineData("Foo= Bar=0", "Bar=0 Foo=")]
    [InlineData("Link=1 Link=3", "Link=1,3")]
    [InlineData("Link=63", "Link=63")]
    [InlineData("", "")]
    public void Lines_are_read_and_have_a_canonical_form(string text, string canonical)
    {
        Assert.True(ProtocolVersions.TryParse(text, out ProtocolVersions versions));
        Assert.Equal((canonical, text), (versions.ToString(), versions.Text));
    }

    [Theory]
    [InlineData("Link")]
    [InlineData("=1")]
    [InlineData("Link=64")]
    [InlineData("Link=3-1")]
    [InlineData("Link=1,")]
    [InlineData("Link=-1")]
    [InlineData("Link=+1")]
    [InlineData("Link=1-")]
    [InlineData("Li_nk=1")]
    [InlineData("Link=0x1")]
    public void Malformed_lines_are_refused(string text) => Assert.False(ProtocolVersions.TryParse(text, out _));

    [Theory]
    [InlineData("Link=1-5 Relay=2", "Link=2,4 Relay=2-6", "Link=1,3,5")]
    [InlineData("Link=4 Unheard=1", "Link=4", "Unheard=1")]
    [InlineData("Link=4 Relay=2", "Link=3-5 Relay=2-6", "")]
    [InlineData("Link=", "", "")]
    [InlineData("", "Link=1", "")]
    public void What_another_list_lacks_is_named(string text, string other, string missing)
    {
        Assert.True(ProtocolVersions.TryParse(text, out ProtocolVersions versions));
        Assert.True(ProtocolVersions.TryParse(other, out ProtocolVersions others));
        ProtocolVersions rest = versions.Except(others);
        Assert.Equal((missing, missing), (rest.ToString(), rest.Text));
    }

    [Fact]
    public void Names_have_a_limit()
    {
        Assert.True(ProtocolVersions.TryParse(new string('x', 100) + "=1", out _));
        Assert.False(ProtocolVersions.TryParse(new string('x', 101) + "=1", out _));
    }
}
