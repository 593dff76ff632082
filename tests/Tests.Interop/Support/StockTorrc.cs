using System.Globalization;

namespace Tunic.Tests.Interop.Support;

/// <summary>Writes the torrc of each role of a stock test network.</summary>
internal static class StockTorrc
{
    /// <summary>
    /// Votes of a network without a consensus come in slots of this length (seconds); a length under 8 shrinks each of the two delays
    /// to a quarter, so the consensus appears 2 s after the vote.
    /// </summary>
    internal const int InitialVotingInterval = 6;

    internal static void Write(
        StockTorNode node,
        StockTorOptions options,
        IReadOnlyList<string> authorities,
        int votingOffset,
        string bandwidthFile)
    {
        List<string> lines =
        [
            "TestingTorNetwork 1",
            "PathsNeededToBuildCircuits 0.67",
            "ShutdownWaitLength 0",
            "ProtocolWarnings 1",
            "SafeLogging 0",
            "LogTimeGranularity 1",
            "ContactInfo test@example.invalid",
            "AddressDisableIPv6 1",
            "CookieAuthentication 0",
            $"DataDirectory {node.DataDirectory}",
            $"Nickname {node.Name}",
            $"GeoIPFile {node.EmptyFile}", // the packaged ones take half a second of each start
            $"GeoIPv6File {node.EmptyFile}",
            Invariant($"ControlPort 127.0.0.1:{node.ControlPort}"),
            Invariant($"__OwningControllerProcess {Environment.ProcessId}"), // it ends by itself when the test process is killed
            "Log notice stdout",
            .. options.InfoLog ? new[] { $"Log info file {Path.Combine(node.DataDirectory, "info.log")}" } : [],
            .. options.VanillaScheduler ? new[] { "Schedulers Vanilla" } : [],
            .. authorities.Select(authority => $"DirAuthority {authority}"),
            .. RoleLines(node, options, votingOffset, bandwidthFile),
            .. options.CommonLines,
            .. options.LinesFor(node.Role),
        ];
        File.WriteAllLines(node.TorrcPath, lines);
    }

    private static IEnumerable<string> RoleLines(StockTorNode node, StockTorOptions options, int votingOffset, string bandwidthFile)
    {
        if (node.Role == StockTorRole.Client)
        {
            return [Invariant($"SocksPort 127.0.0.1:{node.SocksPort}")];
        }

        string[] server =
        [
            "SocksPort 0",
            "Address 127.0.0.1",
            Invariant($"ORPort 127.0.0.1:{node.OrPort}"),
            "AssumeReachable 1",
            "TestingServerConsensusDownloadInitialDelay 6", // no try before there is one: each failed try doubles the pause
            "ServerDNSDetectHijacking 0",
            "ServerDNSTestAddresses",
        ];
        return node.Role switch
        {
            StockTorRole.Authority => [.. server, .. Authority(node, options, votingOffset, bandwidthFile)],
            StockTorRole.Exit => [.. server, .. Exit(node, options)],
            _ => [.. server, "ExitRelay 0"],
        };
    }

    private static string[] Exit(StockTorNode node, StockTorOptions options)
    {
        string resolver = Path.Combine(node.DataDirectory, "resolv.conf");
        File.WriteAllLines(resolver, options.NameServers.DefaultIfEmpty("127.0.0.1:1").Select(server => $"nameserver {server}"));
        return ["ExitRelay 1", Invariant($"ExitPolicy reject *:{SharedStockNetwork.RefusedPort}"), "ExitPolicy accept *:*", $"ServerDNSResolvConfFile {resolver}"];
    }

    private static string[] Authority(StockTorNode node, StockTorOptions options, int votingOffset, string bandwidthFile) =>
    [
        "ExitRelay 0",
        "AuthoritativeDirectory 1",
        "V3AuthoritativeDirectory 1",
        Invariant($"DirPort 127.0.0.1:{node.DirPort}"),
        Invariant($"TestingV3AuthInitialVotingInterval {InitialVotingInterval}"),
        "TestingV3AuthInitialVoteDelay 2",
        "TestingV3AuthInitialDistDelay 2",
        Invariant($"TestingV3AuthVotingStartOffset {votingOffset}"),
        Invariant($"V3AuthVotingInterval {(int)options.VotingInterval.TotalSeconds}"),
        "V3AuthVoteDelay 2",
        "V3AuthDistDelay 2",
        "V3AuthNIntervalsValid 4",
        "TestingDirAuthVoteHSDir *",
        "TestingDirAuthVoteGuard *",
        "AuthDirVoteStableGuaranteeMinUptime 0", // a guard must be Stable, and half of a new network has been up for less than the median
        "TestingMinExitFlagThreshold 0",
        $"V3BandwidthsFile {bandwidthFile}",
    ];

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
