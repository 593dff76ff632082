using System.Net;
using Tunic.Primitives.Keys;
using Tunic.Tests.Tor.Protocol.Paths;
using Tunic.Tor.Client.OnionServices;
using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.Circuits;

namespace Tunic.Tests.Tor.Client.OnionServices;

/// <summary>Introduction points and rendezvous points are named by strangers.</summary>
public sealed class NamedRelayTests
{
    private static readonly RsaIdentity Identity = TestNetwork.Identity(1);
    private static readonly Ed25519Identity Ed25519 = new([.. Enumerable.Range(1, 32).Select(value => (byte)value)]);

    [Theory]
    [InlineData("8.8.8.8:9001", true, true)]
    [InlineData("10.1.2.3:9001", false, true)]
    [InlineData("127.0.0.1:9001", false, true)]
    [InlineData("224.0.0.1:9001", false, true)]
    [InlineData("0.0.0.0:9001", false, false)]
    [InlineData("8.8.8.8:0", false, false)]
    [InlineData(null, false, false)]
    public void It_needs_an_address_that_strangers_may_name(string? address, bool isGood, bool isGoodInPrivateNetwork)
    {
        IPEndPoint? ipv4 = address is null ? null : IPEndPoint.Parse(address);
        LinkSpecifiers named = LinkSpecifiers.For(ipv4, Identity, Ed25519, IPEndPoint.Parse("[2001:db8::1]:9001"));

        Assert.Equal(isGood, TryCreate(named, allowsPrivateAddresses: false) is not null);
        Assert.Equal(isGoodInPrivateNetwork, TryCreate(named, allowsPrivateAddresses: true) is not null);
    }

    [Fact]
    public void It_needs_an_rsa_identity()
    {
        LinkSpecifier address = LinkSpecifier.From(IPEndPoint.Parse("8.8.8.8:9001"));

        Assert.Null(TryCreate(new LinkSpecifiers(address, LinkSpecifier.From(Ed25519)), allowsPrivateAddresses: true));
        Assert.Null(TryCreate(LinkSpecifiers.For(IPEndPoint.Parse("8.8.8.8:9001"), default(RsaIdentity), Ed25519, null), allowsPrivateAddresses: true));
    }

    [Fact]
    public void It_is_extended_to_over_IPv4_by_the_identities_that_are_named()
    {
        HopTarget target = TryCreate(LinkSpecifiers.For(IPEndPoint.Parse("8.8.8.8:9001"), Identity, Ed25519, IPEndPoint.Parse("[2001:db8::1]:9001")), false)!;

        Assert.Equal((Identity, Ed25519), (target.RsaIdentity, target.Ed25519Identity));
        Assert.Equal((IPEndPoint.Parse("8.8.8.8:9001"), null), (target.Specifiers.IPv4, target.Specifiers.IPv6));
        Assert.Equal(32, target.NtorOnionKey.Length);
    }

    private static HopTarget? TryCreate(LinkSpecifiers named, bool allowsPrivateAddresses) => NamedRelay.TryCreate(named, new byte[32], allowsPrivateAddresses);
}
