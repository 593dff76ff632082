namespace Tunic.Node.Configuration.Torrc;

/// <summary>Defaults that TestingTorNetwork 1 puts in the place of the ordinary ones (stock's testnet.inc).</summary>
internal static class TorrcTestingDefaults
{
    private static readonly Dictionary<string, string> Values = new(StringComparer.OrdinalIgnoreCase)
    {
        ["DirAllowPrivateAddresses"] = "1",
        ["EnforceDistinctSubnets"] = "0",
        ["AuthDirMaxServersPerAddr"] = "0",
        ["ClientBootstrapConsensusAuthorityDownloadInitialDelay"] = "0",
        ["ClientBootstrapConsensusFallbackDownloadInitialDelay"] = "0",
        ["ClientBootstrapConsensusAuthorityOnlyDownloadInitialDelay"] = "0",
        ["ClientDNSRejectInternalAddresses"] = "0",
        ["ClientRejectInternalAddresses"] = "0",
        ["CountPrivateBandwidth"] = "1",
        ["ExitPolicyRejectPrivate"] = "0",
        ["ExtendAllowPrivateAddresses"] = "1",
        ["V3AuthVotingInterval"] = "5 minutes",
        ["V3AuthVoteDelay"] = "20 seconds",
        ["V3AuthDistDelay"] = "20 seconds",
        ["TestingV3AuthInitialVotingInterval"] = "150 seconds",
        ["TestingV3AuthInitialVoteDelay"] = "20 seconds",
        ["TestingV3AuthInitialDistDelay"] = "20 seconds",
        ["TestingAuthDirTimeToLearnReachability"] = "0 minutes",
        ["MinUptimeHidServDirectoryV2"] = "0 minutes",
        ["TestingMinTimeToReportBandwidth"] = "0 seconds",
        ["TestingServerDownloadInitialDelay"] = "0",
        ["TestingClientDownloadInitialDelay"] = "0",
        ["TestingServerConsensusDownloadInitialDelay"] = "0",
        ["TestingClientConsensusDownloadInitialDelay"] = "0",
        ["TestingBridgeDownloadInitialDelay"] = "10",
        ["TestingBridgeBootstrapDownloadInitialDelay"] = "0",
        ["TestingClientMaxIntervalWithoutRequest"] = "5 seconds",
        ["TestingDirConnectionMaxStall"] = "30 seconds",
        ["TestingEnableConnBwEvent"] = "1",
        ["TestingEnableCellStatsEvent"] = "1",
    };

    /// <summary>Options that may leave their defaults in a testing network only.</summary>
    internal static IReadOnlyList<string> OnlyInTestingNetworks { get; } =
    [
        "TestingV3AuthInitialVotingInterval", "TestingV3AuthInitialVoteDelay", "TestingV3AuthInitialDistDelay", "TestingV3AuthVotingStartOffset",
        "TestingAuthDirTimeToLearnReachability", "TestingServerDownloadInitialDelay", "TestingClientDownloadInitialDelay",
        "TestingServerConsensusDownloadInitialDelay", "TestingClientConsensusDownloadInitialDelay", "TestingBridgeDownloadInitialDelay",
        "TestingBridgeBootstrapDownloadInitialDelay", "TestingClientMaxIntervalWithoutRequest", "TestingDirConnectionMaxStall", "TestingAuthKeyLifetime",
        "TestingLinkCertLifetime", "TestingSigningKeySlop", "TestingAuthKeySlop", "TestingLinkKeySlop", "TestingMinTimeToReportBandwidth",
    ];

    internal static string? Find(string option) => Values.GetValueOrDefault(option);
}
