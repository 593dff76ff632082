using System.Net;
using Tunic.Node.Configuration.Torrc;

namespace Tunic.Tests.Node.Configuration.Torrc;

public sealed class TorrcOptionsTests
{
    private const string Schedule =
        "TestingTorNetwork 1\nAuthoritativeDirectory 1\nV3AuthoritativeDirectory 1\nORPort 1\nDirPort 2\n" + TorrcText.Authority
        + "V3AuthVotingInterval 10\nV3AuthVoteDelay 2\nV3AuthDistDelay 2\nTestingV3AuthInitialVotingInterval 6\nTestingV3AuthInitialVoteDelay 2\nTestingV3AuthInitialDistDelay 2\n";

    [Fact]
    public void Defaults_are_stocks()
    {
        TorrcOptions options = TorrcText.Options("");

        Assert.Equal((TimeSpan.FromMinutes(10), 32), (options.Client.MaxCircuitDirtiness, options.Client.MaxCircuitsPending));
        Assert.Equal((1L << 30, 1L << 30), (options.Network.BandwidthRate, options.Network.BandwidthBurst));
        Assert.Equal((true, true, true), (options.Paths.UseEntryGuards, options.Paths.EnforceDistinctSubnets, options.Client.LearnCircuitBuildTimeout));
        Assert.Equal((null, SafeLogging.All, null), (options.Paths.PathsNeededToBuildCircuits, options.General.SafeLogging, options.Exit.ExitRelay));
        Assert.Equal((true, false, "Unnamed"), (options.Relay.PublishDescriptor, options.IsRelay, options.Relay.Nickname));
        Assert.EndsWith("/.tor/keys", options.General.KeyDirectory, StringComparison.Ordinal);
        Assert.Equal([23, 109, 110, 143], options.Client.WarnPlaintextPorts.Order());
    }

    [Fact]
    public void A_directory_authority_line_is_read_with_its_flags()
    {
        DirAuthorityLine authority = Assert.Single(TorrcText.Options(
            $"DirAuthority nick orport=5001 no-v2 weight=0.5 ipv6=[2001:db8::1]:443 v3ident={TorrcText.Fingerprint} 192.0.2.1:80 0123 4567 89AB CDEF 0123 4567 89AB CDEF 0123 4567").Network.Authorities);

        Assert.Equal(("nick", 5001, IPEndPoint.Parse("192.0.2.1:80"), 0.5), (authority.Nickname, authority.OrPort, authority.DirEndpoint, authority.Weight));
        Assert.Equal((TorrcText.Fingerprint, TorrcText.Fingerprint), (authority.Identity.ToString(), authority.V3Identity.ToString()));
        Assert.Equal(IPEndPoint.Parse("[2001:db8::1]:443"), authority.Ipv6OrEndpoint);
    }

    [Theory]
    [InlineData("DirAuthority a", "Too few arguments to DirAuthority line.")]
    [InlineData("DirAuthority a 192.0.2.1:80", "Too few arguments to DirAuthority line.")]
    [InlineData("DirAuthority a 192.0.2.1 " + TorrcText.Fingerprint, "Error parsing DirAuthority address '192.0.2.1'.")]
    [InlineData("DirAuthority a 192.0.2.1:0 " + TorrcText.Fingerprint, "Missing port in DirAuthority address '192.0.2.1:0'")]
    [InlineData("DirAuthority a 192.0.2.1:80 ABCD", "Key digest 'ABCD' for DirAuthority is wrong length 4.")]
    [InlineData("DirAuthority a 192.0.2.1:80 X123456789ABCDEF0123456789ABCDEF01234567", "Unable to decode DirAuthority key digest.")]
    [InlineData("FallbackDir orport=1 id=" + TorrcText.Fingerprint, "Couldn't parse FallbackDir line")]
    [InlineData("FallbackDir 192.0.2.1:80 orport=1", "Missing identity on FallbackDir line")]
    [InlineData("FallbackDir 192.0.2.1:80 id=" + TorrcText.Fingerprint, "Missing orport on FallbackDir line")]
    [InlineData("FallbackDir x:80 orport=1 id=" + TorrcText.Fingerprint, "Couldn't parse address:port x:80 on FallbackDir line")]
    public void A_directory_line_that_lacks_something_is_refused(string text, string fault)
    {
        string message = TorrcText.Fault(text);

        Assert.StartsWith("Failed to parse/validate config: Directory authority/fallback line did not parse: ", message, StringComparison.Ordinal);
        Assert.Contains(fault, message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_fallback_line_is_read()
    {
        FallbackDirLine fallback = Assert.Single(TorrcText.Options($"FallbackDir 192.0.2.1:80 orport=443 id={TorrcText.Fingerprint} weight=3").Network.Fallbacks);

        Assert.Equal((IPAddress.Parse("192.0.2.1"), 443, 3.0), (fallback.Address, fallback.OrPort, fallback.Weight));
    }

    [Fact]
    public void Log_lines_have_levels_and_a_destination()
    {
        IReadOnlyList<LogTarget> logs = TorrcText.Options("Log notice\nLog info-notice file /tmp/a b\nLog [net,circ]debug stderr\nLog err syslog").General.Logs;

        Assert.Equal(
            [new LogTarget(LogSeverity.Notice, LogSeverity.Error, LogDestination.StandardOutput),
             new LogTarget(LogSeverity.Info, LogSeverity.Notice, LogDestination.File, "/tmp/a b"),
             new LogTarget(LogSeverity.Debug, LogSeverity.Error, LogDestination.StandardError),
             new LogTarget(LogSeverity.Error, LogSeverity.Error, LogDestination.SystemLog)],
            logs);
    }

    [Theory]
    [InlineData("Log loud", "Failed to validate Log options: Couldn't parse log levels in Log option 'Log loud'")]
    [InlineData("Log file /x", "Failed to validate Log options: Couldn't parse log levels in Log option 'Log file /x'")]
    [InlineData("Log [net notice", "Failed to validate Log options: Couldn't parse log levels")]
    [InlineData("Log notice file", "Failed to validate Log options: Bad syntax on file Log option 'Log notice file'")]
    [InlineData("Nickname not-legal", "Nickname 'not-legal', nicknames must be between 1 and 19 characters inclusive")]
    [InlineData("ORPort 1\nConnectionPadding 1", "Relays must use 'auto' for the ConnectionPadding setting.")]
    [InlineData("ORPort 1\nBandwidthRate 1 KB", "BandwidthRate is set to 1024 bytes/second. For servers, it must be at least 76800.")]
    [InlineData("BandwidthBurst 1 KB", "BandwidthBurst must be at least equal to BandwidthRate.")]
    [InlineData("BandwidthRate 3 GB\nBandwidthBurst 3 GB", "BandwidthRate (3221225471) must be at most 2147483647")]
    [InlineData("DirPort 1\nDirCache 0", "DirPort configured but DirCache disabled.")]
    [InlineData("EntryNodes a\nUseEntryGuards 0", "If EntryNodes is set, UseEntryGuards must be enabled.")]
    [InlineData("NumEntryGuards 3\nNumPrimaryGuards 2", "NumEntryGuards must not be greater than NumPrimaryGuards.")]
    [InlineData("AssumeReachable 1\nAssumeReachableIPv6 0", "Cannot set AssumeReachable 1 and AssumeReachableIPv6 0.")]
    [InlineData("ExitPolicy maybe *:80", "Error in ExitPolicy entry")]
    [InlineData("SocksPolicy accept", "Error in SocksPolicy entry")]
    [InlineData("ExcludeNodes !!", "Invalid router list")]
    [InlineData("ExcludeNodes {us}", "ExcludeNodes names countries")]
    [InlineData("KeepalivePeriod 0", "KeepalivePeriod option must be positive.")]
    [InlineData("TestingTorNetwork 1", "TestingTorNetwork may only be configured in combination with")]
    [InlineData("TestingV3AuthInitialVotingInterval 5 minutes", "TestingV3AuthInitialVotingInterval may only be changed in testing Tor networks!")]
    [InlineData("ClientDNSRejectInternalAddresses 0", "ClientDNSRejectInternalAddresses used for default network.")]
    [InlineData("SafeLogging maybe", "Unrecognized value '\"maybe\"' in SafeLogging")]
    [InlineData("AuthoritativeDirectory 1", "AuthoritativeDir is set, but none of (Bridge/V3)AuthoritativeDir is set.")]
    [InlineData("AuthoritativeDirectory 1\nV3AuthoritativeDirectory 1\nContactInfo a\nORPort 1", "Running as authoritative directory, but no DirPort set.")]
    [InlineData("AuthoritativeDirectory 1\nV3AuthoritativeDirectory 1\nDirPort 1\nORPort 1", "Authoritative directory servers must set ContactInfo")]
    [InlineData(Schedule + "V3AuthVotingInterval 8", "V3AuthVoteDelay plus V3AuthDistDelay must be less than half V3AuthVotingInterval")]
    [InlineData(Schedule + "V3AuthVoteDelay 1", "V3AuthVoteDelay is way too low.")]
    [InlineData(Schedule + "V3AuthNIntervalsValid 1", "V3AuthNIntervalsValid must be at least 2.")]
    [InlineData(Schedule + "TestingV3AuthInitialVotingInterval 7", "TestingV3AuthInitialVotingInterval does not divide evenly into 30 minutes.")]
    [InlineData(Schedule + "TestingV3AuthVotingStartOffset 9", "TestingV3AuthVotingStartOffset is higher than the voting interval.")]
    public void Options_that_contradict_a_rule_are_refused_in_stocks_words(string text, string fault) =>
        Assert.StartsWith($"Failed to parse/validate config: {fault}", TorrcText.Fault(text), StringComparison.Ordinal);

    [Fact]
    public void A_test_networks_authority_is_accepted_with_the_shortest_schedule()
    {
        TorrcOptions options = TorrcText.Options(Schedule + "TestingDirAuthVoteGuard *\nConsensusParams a=1 b=2\nRecommendedVersions 1,2");

        Assert.True(options.Authority.IsAuthority);
        Assert.Equal((10, 6), ((int)options.Authority.VotingInterval.TotalSeconds, (int)options.Authority.InitialVotingInterval.TotalSeconds));
        Assert.Equal(["a=1", "b=2"], options.Authority.ConsensusParameters);
        Assert.True(Assert.Single(options.Authority.VoteGuard.Relays).IsEverything);
    }

    [Fact]
    public void Policies_and_sets_of_relays_are_read()
    {
        TorrcOptions options = TorrcText.Options($"ExitPolicy accept *:80,reject 10.0.0.0/8:*\nExitPolicy reject *:*\nExcludeNodes ${TorrcText.Fingerprint}\nNodeFamily a,b\nNodeFamily c");

        Assert.True(options.Exit.Policy.Accepts(IPAddress.Parse("192.0.2.1"), 80));
        Assert.False(options.Exit.Policy.Accepts(IPAddress.Parse("192.0.2.1"), 81));
        Assert.Equal(TorrcText.Fingerprint, Assert.Single(options.Paths.ExcludeNodes!.Identities).ToString());
        Assert.Equal([2, 1], options.Paths.NodeFamilies.Select(family => family.Nicknames.Count));
        Assert.Null(options.Paths.ExitNodes);
    }

    [Fact]
    public void A_dirtiness_out_of_range_is_moved_into_it_with_a_warning()
    {
        TorrcSettings settings = TorrcText.Settings("MaxCircuitDirtiness 1");

        Assert.Equal(TimeSpan.FromSeconds(10), TorrcOptionsReader.Read(settings).Client.MaxCircuitDirtiness);
        Assert.Equal(["MaxCircuitDirtiness option is too short; raising to 10 seconds. (torrc, line 1)"], settings.Warnings);
    }

    [Fact]
    public void One_of_the_two_relay_bandwidths_stands_for_the_other()
    {
        TorrcRelayOptions relay = TorrcText.Options("RelayBandwidthRate 1 MB").Relay;

        Assert.Equal((1 << 20, 1 << 20), (relay.BandwidthRate, relay.BandwidthBurst));
    }
}
