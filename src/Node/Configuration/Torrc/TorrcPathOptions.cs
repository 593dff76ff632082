using Tunic.Tor.Protocol.Paths;

namespace Tunic.Node.Configuration.Torrc;

/// <summary>Which relays paths are made of. A set is null where none is written.</summary>
internal sealed record TorrcPathOptions
{
    internal required RelaySet? EntryNodes { get; init; }

    internal required RelaySet? MiddleNodes { get; init; }

    internal required RelaySet? ExitNodes { get; init; }

    internal required RelaySet? ExcludeNodes { get; init; }

    internal required RelaySet? ExcludeExitNodes { get; init; }

    /// <summary>ExcludeNodes holds even where nothing works then.</summary>
    internal required bool StrictNodes { get; init; }

    /// <summary>Sets of relays that must not meet in one circuit.</summary>
    internal required IReadOnlyList<RelaySet> NodeFamilies { get; init; }

    internal required bool EnforceDistinctSubnets { get; init; }

    /// <summary>Keep the second hops of onion services; null: by the consensus.</summary>
    internal required bool? VanguardsLite { get; init; }

    internal required RelaySet? SecondHops { get; init; }

    internal required RelaySet? ThirdHops { get; init; }

    internal required bool UseEntryGuards { get; init; }

    /// <summary>0 in the four that follow: by the consensus.</summary>
    internal required int EntryGuards { get; init; }

    internal required int PrimaryGuards { get; init; }

    internal required int DirectoryGuards { get; init; }

    internal required TimeSpan GuardLifetime { get; init; }

    /// <summary>Share of paths, by weight, that must be known before circuits are built; null: by the consensus.</summary>
    internal required double? PathsNeededToBuildCircuits { get; init; }
}
