using Tunic.Tor.Protocol.Documents.Consensuses;
using Tunic.Tor.Protocol.Voting.Flags;
using Tunic.Tor.Protocol.Voting.SharedRandom;
using Tunic.Tor.Protocol.Voting.Uploads;

namespace Tunic.Tor.Protocol.Voting.Rounds;

/// <summary>What an authority remembers from one start to the next.</summary>
public sealed record AuthorityState
{
    /// <summary>Ups and downs of all relays.</summary>
    public required StabilityHistory History { get; init; }

    /// <summary>Pinned identity pairs.</summary>
    public required KeyPinningJournal Pins { get; init; }

    /// <summary>Descriptors.</summary>
    public required DescriptorShelf Shelf { get; init; }

    /// <summary>Shared random state; null to begin a new one.</summary>
    public SharedRandomState? SharedRandom { get; init; }

    /// <summary>What the operator says of single relays.</summary>
    public RelayStandings Standings { get; init; } = RelayStandings.None;

    /// <summary>The last consensuses, verified, with their texts.</summary>
    public IReadOnlyList<(Consensus Consensus, ReadOnlyMemory<byte> Text)> Consensuses { get; init; } = [];

    /// <summary>Nothing.</summary>
    public static AuthorityState CreateNew() => new()
    {
        History = new StabilityHistory(),
        Pins = new KeyPinningJournal(),
        Shelf = new DescriptorShelf(),
    };
}
