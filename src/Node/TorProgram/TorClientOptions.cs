using Tunic.Node.Configuration.Torrc;
using Tunic.Tor.Client;
using Tunic.Tor.Protocol.Paths;
using Tunic.Tor.Protocol.Paths.Guards;

namespace Tunic.Node.TorProgram;

/// <summary>What a torrc means for the client.</summary>
internal static class TorClientOptions
{
    private const int MostBuilding = 100;

    /// <exception cref="TorrcException">A set of relays cannot be read.</exception>
    internal static ClientOptions Create(TorrcOptions options)
    {
        var defaults = new ClientOptions();
        (TorrcClientOptions client, TorrcPathOptions paths) = (options.Client, options.Paths);
        return new ClientOptions
        {
            MaxCircuitDirtiness = client.MaxCircuitDirtiness,
            UnusedCircuitLifetime = client.CircuitsAvailableTimeout > TimeSpan.Zero ? client.CircuitsAvailableTimeout : defaults.UnusedCircuitLifetime,
            MaxBuilding = Math.Clamp(client.MaxCircuitsPending, 1, MostBuilding),
            StreamTimeout = client.SocksTimeout,
            StreamAttemptTimeout = client.CircuitStreamTimeout > TimeSpan.Zero ? client.CircuitStreamTimeout : defaults.StreamAttemptTimeout,
            LearnCircuitBuildTimeout = client.LearnCircuitBuildTimeout,
            CircuitBuildTimeout = client.CircuitBuildTimeout > TimeSpan.Zero ? client.CircuitBuildTimeout : null,
            UseEntryGuards = paths.UseEntryGuards,
            Guards = new GuardOptions
            {
                EntryGuards = GivenOrNull(paths.EntryGuards),
                PrimaryGuards = GivenOrNull(paths.PrimaryGuards),
                DirectoryGuards = GivenOrNull(paths.DirectoryGuards),
                Lifetime = paths.GuardLifetime > TimeSpan.Zero ? paths.GuardLifetime : null,
            },
            Constraints = new PathConstraints
            {
                EntryNodes = Read("EntryNodes", paths.EntryNodes),
                MiddleNodes = Read("MiddleNodes", paths.MiddleNodes),
                ExitNodes = Read("ExitNodes", paths.ExitNodes),
                ExcludeNodes = Read("ExcludeNodes", paths.ExcludeNodes),
                ExcludeExitNodes = Read("ExcludeExitNodes", paths.ExcludeExitNodes),
                StrictNodes = paths.StrictNodes,
            },
            LocalFamilies = [.. paths.NodeFamilies.Select(family => Read("NodeFamily", [family])!)],
            EnforceDistinctSubnets = paths.EnforceDistinctSubnets ? null : false,
            PathsNeeded = paths.PathsNeededToBuildCircuits ?? defaults.PathsNeeded,
        };
    }

    private static int? GivenOrNull(int number) => number > 0 ? number : null;

    private static RelaySet? Read(string name, IReadOnlyList<string> items)
    {
        if (items.Count == 0)
        {
            return null;
        }

        return RelaySet.TryParse(string.Join(',', items), out RelaySet? set, out string? badItem)
            ? set
            : throw TorrcException.Invalid($"Invalid {name} list: '{badItem}'");
    }
}
