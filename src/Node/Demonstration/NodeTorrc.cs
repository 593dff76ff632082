using System.Globalization;
using Tunic.Tor.Network.NetworkDirectory;

namespace Tunic.Node.Demonstration;

/// <summary>The torrc of a process of the private network. It is plain stock: the tor program could take anyone's place.</summary>
internal static class NodeTorrc
{
    /// <summary>Seconds between votes while there is no consensus.</summary>
    private const int InitialVotingInterval = 6;

    /// <summary>Writes torrc and an empty file of defaults into the node's directory.</summary>
    /// <returns>The arguments that name them.</returns>
    internal static string[] Write(NetworkPlan plan, PlannedNode node, int pagePort, int votingOffset)
    {
        string torrc = Path.Combine(node.Directory, "torrc");
        string defaults = Path.Combine(node.Directory, "torrc-defaults");
        File.WriteAllText(defaults, "");
        File.WriteAllLines(torrc, [.. CommonLines(plan, node), .. node.Role switch
        {
            NodeRole.Authority => AuthorityLines(plan, node, votingOffset),
            NodeRole.Exit => ExitLines(pagePort),
            _ => ["ExitRelay 0"],
        }]);
        return ["-f", torrc, "--defaults-torrc", defaults];
    }

    private static IEnumerable<string> CommonLines(NetworkPlan plan, PlannedNode node) =>
    [
        "TestingTorNetwork 1",
        "AddressDisableIPv6 1",
        "AssumeReachable 1",
        "ShutdownWaitLength 0",
        "SocksPort 0",
        "Address 127.0.0.1",
        $"Nickname {node.Name}",
        "ContactInfo tunic up",
        $"DataDirectory {node.Directory}",
        $"Log notice file {Path.Combine(node.Directory, "notices.log")}",
        "Log notice stdout",
        Invariant($"ORPort 127.0.0.1:{node.OnionRouterPort}"),
        Invariant($"__OwningControllerProcess {Environment.ProcessId}"), // nobody is left behind when this process is killed
        .. plan.Authorities.Select(Describe),
        .. node.MetricsPort == 0 ? [] : new[] { Invariant($"MetricsPort 127.0.0.1:{node.MetricsPort}"), "MetricsPortPolicy accept 127.0.0.1" },
    ];

    private static string Describe(DirectoryAuthority authority) => Invariant(
        $"DirAuthority {authority.Nickname} orport={authority.OnionRouterAddress.Port} no-v2 v3ident={authority.V3Identity} {authority.DirectoryAddress} {authority.RelayIdentity}");

    /// <summary>An exit of the demonstration reaches public addresses and, on this machine, the page alone.</summary>
    private static string[] ExitLines(int pagePort) =>
    [
        "ExitRelay 1",
        "RefuseUnknownExits 0", // in a network that is seconds old an exit may not have heard of everybody yet
        "ExitPolicyRejectPrivate 0",
        Invariant($"ExitPolicy accept 127.0.0.1:{pagePort}"),
        "ExitPolicy reject private:*",
        "ExitPolicy accept *:*",
    ];

    private static string[] AuthorityLines(NetworkPlan plan, PlannedNode node, int votingOffset) =>
    [
        "ExitRelay 0",
        "AuthoritativeDirectory 1",
        "V3AuthoritativeDirectory 1",
        Invariant($"DirPort 127.0.0.1:{node.DirectoryPort}"),
        Invariant($"TestingV3AuthInitialVotingInterval {InitialVotingInterval}"),
        "TestingV3AuthInitialVoteDelay 2",
        "TestingV3AuthInitialDistDelay 2",
        Invariant($"TestingV3AuthVotingStartOffset {votingOffset % InitialVotingInterval}"),
        "V3AuthVotingInterval 20",
        "V3AuthVoteDelay 2",
        "V3AuthDistDelay 2",
        "V3AuthNIntervalsValid 10",
        "TestingDirAuthVoteHSDir *",
        $"TestingDirAuthVoteGuard {string.Join(',', plan.InRole(NodeRole.Relay).Select(relay => $"${relay.Identity}"))}",
        "TestingDirAuthVoteGuardIsStrict 1", // not the authorities, and not the exits: everybody has one part
        "AuthDirVoteStableGuaranteeMinUptime 0", // a guard must be Stable, and half of a new network has been up for less than the median
        "TestingMinExitFlagThreshold 0",
        $"V3BandwidthsFile {plan.BandwidthsPath}",
    ];

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
