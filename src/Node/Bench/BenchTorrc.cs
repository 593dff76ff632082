using System.Globalization;

namespace Tunic.Node.Bench;

/// <summary>The lines of a torrc that all measured networks share.</summary>
internal static class BenchTorrc
{
    /// <summary>Seconds between the votes of a network that has no consensus yet.</summary>
    internal const int InitialVotingInterval = 6;

    /// <summary>For every process.</summary>
    /// <param name="folder">Of the network; a process has its data in the folder of its name.</param>
    /// <param name="name">Of the process.</param>
    internal static string[] Common(string folder, string name)
    {
        string empty = Path.Combine(folder, "empty");
        File.WriteAllText(empty, "");
        return
        [
            "TestingTorNetwork 1",
            "PathsNeededToBuildCircuits 0.67",
            "ShutdownWaitLength 0",
            "SafeLogging 0",
            "ContactInfo bench@example.invalid",
            "AddressDisableIPv6 1",
            $"DataDirectory {Path.Combine(folder, name)}",
            $"Nickname {name}",
            $"GeoIPFile {empty}",
            $"GeoIPv6File {empty}",
            "Log notice stdout",
        ];
    }

    /// <summary>For relays and authorities.</summary>
    internal static string[] Server(int port) =>
    [
        "SocksPort 0",
        "Address 127.0.0.1",
        Text($"ORPort 127.0.0.1:{port}"),
        "AssumeReachable 1",
        "TestingServerConsensusDownloadInitialDelay 6",
        "ServerDNSDetectHijacking 0",
        "ServerDNSTestAddresses",
    ];

    /// <summary>For the authority.</summary>
    internal static string[] Authority(int directoryPort, string bandwidths) =>
    [
        "ExitRelay 0",
        "AuthoritativeDirectory 1",
        "V3AuthoritativeDirectory 1",
        Text($"DirPort 127.0.0.1:{directoryPort}"),
        Text($"TestingV3AuthInitialVotingInterval {InitialVotingInterval}"),
        "TestingV3AuthInitialVoteDelay 2",
        "TestingV3AuthInitialDistDelay 2",
        "V3AuthVotingInterval 20",
        "V3AuthVoteDelay 2",
        "V3AuthDistDelay 2",
        "V3AuthNIntervalsValid 4",
        "TestingDirAuthVoteGuard *",
        "TestingDirAuthVoteHSDir *",
        "AuthDirVoteStableGuaranteeMinUptime 0", // a guard must be Stable, and half of a new network has been up for less than the median
        "TestingMinExitFlagThreshold 0",
        $"V3BandwidthsFile {bandwidths}",
    ];

    internal static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
