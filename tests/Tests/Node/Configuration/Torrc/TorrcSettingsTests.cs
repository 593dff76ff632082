using Tunic.Node.Configuration.Torrc;

namespace Tunic.Tests.Node.Configuration.Torrc;

public sealed class TorrcSettingsTests
{
    [Fact]
    public void The_last_of_several_values_wins_with_a_warning()
    {
        TorrcSettings settings = TorrcText.Settings("Nickname a\nNickname b");

        Assert.Equal("b", settings.Text("Nickname"));
        Assert.Equal(["Option 'Nickname' used more than once; all but the last value will be ignored. (torrc, line 2)"], settings.Warnings);
    }

    [Fact]
    public void Lines_of_a_list_add_up_within_a_source_and_replace_those_of_the_source_before()
    {
        Assert.Equal(["a", "b"], TorrcText.Settings("Address a\nAddress b").Values("Address"));
        Assert.Equal(["c"], TorrcText.Settings("Address a\nAddress b", "Address c").Values("Address"));
        Assert.Equal(["a", "c", "d"], TorrcText.Settings("Address a", "+Address c\nAddress d").Values("Address"));
        Assert.Empty(TorrcText.Settings("Address a", "/Address").Values("Address"));
        Assert.Equal(["b"], TorrcText.Settings("Address a", "/Address\nAddress b").Values("Address"));
    }

    [Fact]
    public void The_hidden_twin_of_a_port_option_shares_its_list()
    {
        Assert.Equal(["9051"], TorrcText.Settings("SocksPort 9050", "__SocksPort 9051").Values("SocksPort"));
        Assert.Equal(["9050", "9051"], TorrcText.Settings("SocksPort 9050\n__SocksPort 9051").Values("SocksPort"));
    }

    [Fact]
    public void Names_are_found_in_any_case_by_alias_and_by_a_beginning()
    {
        TorrcSettings settings = TorrcText.Settings("nIcKnAmE a\nDirServer x\nMaxConn 5\nShutdownWaitL 3");

        Assert.Equal(("a", 5, TimeSpan.FromSeconds(3)), (settings.Text("Nickname"), settings.Integer("ConnLimit"), settings.Interval("ShutdownWaitLength")));
        Assert.Equal(["x"], settings.Values("DirAuthority"));
        Assert.Equal(
            ["The configuration option 'MaxConn' is deprecated; use 'ConnLimit' instead. (torrc, line 3)",
             "The abbreviation 'ShutdownWaitL' is deprecated. Please use 'ShutdownWaitLength' instead (torrc, line 4)"],
            settings.Warnings);
    }

    [Fact]
    public void An_alias_of_the_command_line_means_nothing_in_a_file()
    {
        var commandLine = new TorrcSettings();
        commandLine.Assign([new TorrcLine("l", "info stdout", TorrcCommand.Replace, File: null, Number: 0)]);

        Assert.Equal(["info stdout"], commandLine.Values("Log"));
        Assert.Equal("LearnCircuitBuildTimeout", TorrcText.Settings("l 0").Line("LearnCircuitBuildTimeout")?.Key);
    }

    [Fact]
    public void An_unknown_option_is_named_with_file_and_line()
    {
        string message = Assert.Throws<TorrcException>(() => TorrcText.Settings("Nickname a\nSockPort 1")).Message;

        Assert.Equal("Failed to parse/validate config: Unknown option 'SockPort'.  Failing. (torrc, line 2)", message);
    }

    [Fact]
    public void A_wrong_value_is_named_with_file_and_line()
    {
        string message = Assert.Throws<TorrcException>(() => TorrcText.Settings("SafeSocks yes")).Message;

        Assert.Equal("Failed to parse/validate config: Could not parse SafeSocks: Unrecognized value yes. Allowed values are 0 and 1. (torrc, line 1)", message);
    }

    [Theory]
    [InlineData("__AlwaysCongestionControl 1", "__AlwaysCongestionControl is not supported yet and is ignored. (torrc, line 1)")]
    [InlineData("ServerDNSDetectHijacking 0", "ServerDNSDetectHijacking is not supported yet and is ignored. (torrc, line 1)")]
    [InlineData("TunnelDirConns 1", "Skipping obsolete configuration option \"TunnelDirConns\". (torrc, line 1)")]
    [InlineData("Address", "Linelist option 'Address' has no value. Skipping. (torrc, line 1)")]
    public void What_is_ignored_is_warned_about(string text, string warning) => Assert.Equal([warning], TorrcText.Settings(text).Warnings);

    [Theory]
    [InlineData("RunAsDaemon 0")]
    [InlineData("UseBridges 0")]
    [InlineData("AccountingMax 0")]
    [InlineData("Sandbox 0")]
    public void An_option_set_to_its_default_is_silent(string text) => Assert.Empty(TorrcText.Settings(text).Warnings);

    [Theory]
    [InlineData("UseBridges 1")]
    [InlineData("Bridge 192.0.2.1:443")]
    [InlineData("Socks5Proxy 127.0.0.1:1080")]
    [InlineData("AccountingMax 5 GB")]
    [InlineData("ReachableAddresses *:443")]
    [InlineData("User somebody-else")]
    public void What_cannot_be_left_out_safely_is_refused_with_the_reason(string text)
    {
        string message = Assert.Throws<TorrcException>(() => TorrcText.Settings(text)).Message;

        Assert.Contains($"{text.Split(' ')[0]} is not supported yet and cannot be left out: ", message, StringComparison.Ordinal);
        Assert.EndsWith("(torrc, line 1)", message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_user_that_runs_the_program_already_is_no_change() => Assert.Empty(TorrcText.Settings($"User {Environment.UserName}").Warnings);

    [Fact]
    public void The_list_that_parts_share_cannot_be_set() =>
        Assert.Contains("Cannot assign directly to virtual option.", Assert.Throws<TorrcException>(() => TorrcText.Settings("SocksPortLines 1")).Message, StringComparison.Ordinal);

    [Fact]
    public void A_bare_name_empties_a_single_value()
    {
        TorrcSettings settings = TorrcText.Settings("Nickname a\nBandwidthRate 5 MB\nSocksTimeout", "Nickname\nBandwidthRate");

        Assert.Equal((null, 0L, TimeSpan.Zero), (settings.Text("Nickname"), settings.Size("BandwidthRate"), settings.Interval("SocksTimeout")));
    }

    [Fact]
    public void A_testing_network_changes_defaults_but_not_what_is_written()
    {
        TorrcSettings settings = TorrcText.Settings("TestingTorNetwork 1\nV3AuthVoteDelay 3");

        Assert.False(settings.Flag("EnforceDistinctSubnets"));
        Assert.Equal((TimeSpan.FromMinutes(5), TimeSpan.FromSeconds(3)), (settings.Interval("V3AuthVotingInterval"), settings.Interval("V3AuthVoteDelay")));
        Assert.True(TorrcText.Settings("").Flag("EnforceDistinctSubnets"));
    }
}
