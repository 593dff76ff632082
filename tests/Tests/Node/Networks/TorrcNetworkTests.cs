using Tunic.Node.Networks;
using Tunic.Tests.Node.Configuration.Torrc;
using Tunic.Tor.Network.NetworkDirectory.Profiles;
using Tunic.Tor.Network.NetworkDirectory;

namespace Tunic.Tests.Node.Networks;

public class TorrcNetworkTests
{
    [Fact]
    public void Liveness_is_for_networks_with_authorities_of_their_own()
    {
        Assert.True(Create(TorrcText.Authority).HasLiveness);
        Assert.False(PublicTorNetwork.Profile.HasLiveness);
        Assert.False(Create("SocksPort 9050\n").HasLiveness);
    }

    [Fact]
    public void On_the_public_network_there_is_none_even_when_a_torrc_names_its_authorities()
    {
        string own = TorrcText.Authority;
        string known = own.Replace($"v3ident={TorrcText.Fingerprint}", $"v3ident={PublicTorNetwork.Profile.Authorities[0].V3Identity}", StringComparison.Ordinal);
        Assert.False(Create(known).HasLiveness);
        Assert.False(Create(own + known).HasLiveness);
    }

    private static NetworkProfile Create(string torrc) => TorrcNetwork.Create(TorrcText.Options(torrc).Network);
}
