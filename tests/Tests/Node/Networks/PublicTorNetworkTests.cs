using System.Net.Sockets;
using System.Net;
using Tunic.Tor.Network.NetworkDirectory.Profiles;
using Tunic.Tor.Network.NetworkDirectory;

namespace Tunic.Tests.Node.Networks;

/// <summary>Counts are those of tor 0.4.9.11, src/app/config/auth_dirs.inc (without the bridge authority) and fallback_dirs.inc.</summary>
public sealed class PublicTorNetworkTests
{
    [Fact]
    public void The_table_holds_every_authority_and_fallback()
    {
        NetworkProfile profile = PublicTorNetwork.Profile;

        Assert.Equal(9, profile.Authorities.Count);
        Assert.Equal(200, profile.Fallbacks.Count);
        Assert.False(profile.IsPrivate);
        Assert.Equal("F533C81CEF0BC0267857C99B2F471ADF249FA232", profile.Authorities[0].V3Identity.ToString());
        Assert.Equal(new IPEndPoint(IPAddress.Parse("128.31.0.39"), 9201), profile.Authorities[0].OnionRouterAddress);
        Assert.Equal(9231, profile.Authorities[0].DirectoryAddress.Port);
    }

    [Fact]
    public void Nobody_is_named_twice_and_every_address_is_public()
    {
        NetworkProfile profile = PublicTorNetwork.Profile;

        Assert.Distinct(profile.Authorities.Select(authority => authority.V3Identity));
        Assert.Distinct(profile.Authorities.Select(authority => authority.RelayIdentity));
        Assert.Distinct(profile.Fallbacks.Select(fallback => fallback.RelayIdentity));
        Assert.All(profile.Fallbacks, fallback => Assert.Equal(AddressFamily.InterNetwork, fallback.Addresses[0].AddressFamily));
        Assert.All(
            profile.Fallbacks.SelectMany(fallback => fallback.Addresses).Concat(profile.Authorities.Select(authority => authority.OnionRouterAddress)),
            address => Assert.False(IPAddress.IsLoopback(address.Address) || address.ToString().StartsWith("10.", StringComparison.Ordinal)));
    }
}
