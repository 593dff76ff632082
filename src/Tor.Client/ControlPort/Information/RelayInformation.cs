using static Tunic.Tor.Client.ControlPort.Information.InformationItem;

namespace Tunic.Tor.Client.ControlPort.Information;

/// <summary>What GETINFO tells of the relay in this process.</summary>
internal static class RelayInformation
{
    private const string DefaultExitPolicy =
        "reject *:25,reject *:119,reject *:135-139,reject *:445,reject *:563,reject *:1214,reject *:4661-4666,reject *:6346-6429,"
        + "reject *:6699,reject *:6881-6999,accept *:*";

    /// <summary>Stock's private_nets in its order.</summary>
    private static readonly string[] PrivateNetworks =
    [
        "0.0.0.0/8", "169.254.0.0/16", "127.0.0.0/8", "192.168.0.0/16", "10.0.0.0/8", "172.16.0.0/12",
        "[::]/8", "[fc00::]/7", "[fe80::]/10", "[fec0::]/10", "[ff00::]/8", "[::]/127",
    ];

    internal static IEnumerable<InformationItem> Create(InformationSources sources)
    {
        IControlProcess process = sources.Environment.Process;
        return
        [
            Key("fingerprint", null, () => process.Relay is { } relay ? (InformationAnswer)relay.Fingerprint : InformationAnswer.Fail("Not running in server mode")),
            Key("address", "IP address of this Tor host, if we can guess it.", () => DescribeAddress(process)),
            Key("address/v4", "IPv4 address of this Tor host, if we can guess it.", () => DescribeAddress(process)),
            Key("address/v6", "IPv6 address of this Tor host, if we can guess it.", () => InformationAnswer.Fail("Address unknown")),
            Key("exit-policy/default", "The default value appended to the configured exit policy.", () => DefaultExitPolicy),
            Key("exit-policy/reject-private/default", "The default rules appended to the configured exit policy by ExitPolicyRejectPrivate.", () =>
                string.Join(',', PrivateNetworks.Select(network => $"reject {network}:*"))),
            Key(
                "exit-policy/reject-private/relay",
                "The relay-specific rules appended to the configured exit policy by ExitPolicyRejectPrivate and/or ExitPolicyRejectLocalInterfaces.",
                () => process.Relay is null ? NoRelay : ""),
            Key("exit-policy/full", "The entire exit policy of onion router", () => DescribePolicy(process, _ => true)),
            Key("exit-policy/ipv4", "IPv4 parts of exit policy", () => DescribePolicy(process, rule => !rule.Contains('[', StringComparison.Ordinal))),
            Key("exit-policy/ipv6", "IPv6 parts of exit policy", () => DescribePolicy(process, rule => rule.Contains('[', StringComparison.Ordinal))),
            Family("stats/", null, name => DescribeHandshakes(name)),
            Note("stats/ntor/assigned", "Assigned NTor circuit handshake stats."),
            Note("stats/ntor/requested", "Requested NTor circuit handshake stats."),
        ];
    }

    /// <summary>What stock says of a client.</summary>
    private static InformationAnswer NoRelay => new(null, null, "Not running in server mode");

    private static InformationAnswer DescribeAddress(IControlProcess process) =>
        process.Relay?.Address is { } address ? (InformationAnswer)address : InformationAnswer.Fail("Address unknown");

    private static InformationAnswer DescribePolicy(IControlProcess process, Predicate<string> isWanted) =>
        process.Relay is { } relay ? string.Join('\n', relay.ExitPolicy.Where(isWanted.Invoke)) : NoRelay;

    private static InformationAnswer DescribeHandshakes(string name) => name is "ntor/assigned" or "ntor/requested" or "tap/assigned" or "tap/requested"
        ? "0"
        : InformationAnswer.Fail("Unrecognized handshake type");
}
