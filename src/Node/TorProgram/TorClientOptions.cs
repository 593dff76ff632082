using Tunic.Node.Configuration.Torrc;
using Tunic.Tor.Client;
using Tunic.Tor.Protocol.Links;
using Tunic.Tor.Protocol.Paths;
using Tunic.Tor.Protocol.Paths.Guards;
using Tunic.Tor.Protocol.Paths.Vanguards;

namespace Tunic.Node.TorProgram;

/// <summary>What a torrc means for the client.</summary>
internal static class TorClientOptions
{
    private const int MostBuilding = 100;

    internal static ClientOptions Create(TorrcOptions options)
    {
        var defaults = new ClientOptions();
        (TorrcClientOptions client, TorrcPathOptions paths) = (options.Client, options.Paths);
        return new ClientOptions
        {
            MaxCircuitDirtiness = client.MaxCircuitDirtiness,
            UnusedCircuitLifetime = client.CircuitsAvailableTimeout > TimeSpan.Zero ? client.CircuitsAvailableTimeout : null,
            MaxBuilding = Math.Clamp(client.MaxCircuitsPending, 1, MostBuilding),
            StreamTimeout = client.SocksTimeout,
            StreamAttemptTimeout = client.CircuitStreamTimeout > TimeSpan.Zero ? client.CircuitStreamTimeout : defaults.StreamAttemptTimeout,
            LearnCircuitBuildTimeout = client.LearnCircuitBuildTimeout,
            CircuitBuildTimeout = client.CircuitBuildTimeout > TimeSpan.Zero ? client.CircuitBuildTimeout : null,
            LongLivedPorts = client.LongLivedPorts,
            Addresses = ChooseAddresses(options),
            Padding = PaddingMode(options.Network),
            UseEntryGuards = paths.UseEntryGuards && !options.Onion.IsNonAnonymous,
            Guards = new GuardOptions
            {
                EntryGuards = GivenOrNull(paths.EntryGuards),
                PrimaryGuards = GivenOrNull(paths.PrimaryGuards),
                DirectoryGuards = GivenOrNull(paths.DirectoryGuards),
                Lifetime = paths.GuardLifetime > TimeSpan.Zero ? paths.GuardLifetime : null,
            },
            Vanguards = new VanguardOptions { IsEnabled = paths.VanguardsLite, SecondHops = paths.SecondHops, ThirdHops = paths.ThirdHops },
            Constraints = new PathConstraints
            {
                EntryNodes = paths.EntryNodes,
                MiddleNodes = paths.MiddleNodes,
                ExitNodes = paths.ExitNodes,
                ExcludeNodes = paths.ExcludeNodes,
                ExcludeExitNodes = paths.ExcludeExitNodes,
                StrictNodes = paths.StrictNodes,
            },
            LocalFamilies = paths.NodeFamilies,
            EnforceDistinctSubnets = paths.EnforceDistinctSubnets ? null : false,
            ServesRelay = options.IsRelay,
            PathsNeeded = paths.PathsNeededToBuildCircuits ?? defaults.PathsNeeded,
        };
    }

    /// <summary>A relay connects over IPv4 (stock reachable_addr_use_ipv6, reachable_addr_prefer_ipv6_orport).</summary>
    private static AddressChoice ChooseAddresses(TorrcOptions options)
    {
        TorrcNetworkOptions network = options.Network;
        bool prefersIPv6 = network.PreferIPv6OrPort == true;
        return options.IsRelay
            ? AddressChoice.Default
            : new AddressChoice(network.UseIPv4, network.UseIPv6 || !network.UseIPv4 || prefersIPv6, prefersIPv6 || !network.UseIPv4);
    }

    private static ChannelPaddingMode PaddingMode(TorrcNetworkOptions network) => network switch
    {
        { ConnectionPadding: false } => ChannelPaddingMode.Never,
        { ReducedConnectionPadding: true } => ChannelPaddingMode.Reduced,
        { ConnectionPadding: true } => ChannelPaddingMode.Always,
        _ => ChannelPaddingMode.Auto,
    };

    private static int? GivenOrNull(int number) => number > 0 ? number : null;
}
