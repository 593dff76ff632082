using Tunic.Node.Configuration.Torrc;
using Tunic.Node.Hosting;
using Tunic.Node.TorProgram;
using Tunic.Tor.Network.NetworkDirectory;

namespace Tunic.Tests.Node.TorProgram;

public sealed class TorAuthoritySettingsTests
{
    [Theory]
    [InlineData("AssumeReachable 1", true)] // stock tests others whatever it assumes of itself (reachability.c, dirserv_test_reachability)
    [InlineData("AuthDirTestReachability 0", false)]
    public void Only_the_authoritys_own_option_ends_its_tests_of_relays(string line, bool tests) =>
        Assert.Equal(tests, Read(line).Profile.Flags.TestReachability);

    private static AuthoritySettings Read(params string[] lines)
    {
        var torrc = new TorrcSettings();
        string[] all =
        [
            "TestingTorNetwork 1", "ORPort 9001", "DirPort 9030", "Address 192.0.2.1", "ContactInfo me", "AuthoritativeDirectory 1", "V3AuthoritativeDirectory 1",
            "DirAuthority a orport=9001 v3ident=0123456789ABCDEF0123456789ABCDEF01234567 192.0.2.1:9030 0123456789ABCDEF0123456789ABCDEF01234567",
            .. lines,
        ];
        torrc.Assign(TorrcFile.ReadText(string.Join('\n', all) + "\n", "torrc"));
        TorrcOptions options = TorrcOptionsReader.Read(torrc);
        return TorAuthoritySettings.Create(options, new NetworkProfile { Name = "test", Authorities = [], IsPrivate = true }, TorRelaySettings.Create(options));
    }
}
