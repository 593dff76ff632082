using Tunic.Tor.Protocol.Links;
using Tunic.Tor.Protocol.Paths;
using Tunic.Tor.Protocol.Paths.Guards;
using Tunic.Tor.Protocol.Paths.Vanguards;

namespace Tunic.Tor.Client;

/// <summary>How a client behaves. Read at the start, and by <see cref="TorClient.Reconfigure"/>.</summary>
public sealed record ClientOptions
{
    /// <summary>Fewest hops: with one, the relay would see both ends.</summary>
    public const int MinPathLength = 2;

    /// <summary>Most hops: relays let a circuit be extended eight times.</summary>
    public const int MaxPathLength = 8;

    /// <summary>As many hops as everybody has.</summary>
    public const int DefaultPathLength = 3;

    /// <summary>Hops of a circuit to an exit, 2 to 8. Default 3; fewer are not anonymous, and the client warns.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is outside the range.</exception>
    public int PathLength
    {
        get;
        init => field = value is >= MinPathLength and <= MaxPathLength
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, $"a circuit has {MinPathLength} to {MaxPathLength} hops");
    } = DefaultPathLength;

    /// <summary>After its first use a circuit takes new streams for this long (<c>MaxCircuitDirtiness</c>). Default 10 minutes.</summary>
    public TimeSpan MaxCircuitDirtiness { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>An unused circuit is closed after this long (<c>CircuitsAvailableTimeout</c>). Default null: as the consensus says, 30 to 60 minutes.</summary>
    public TimeSpan? UnusedCircuitLifetime { get; init; }

    /// <summary>Whether idle links to guards are padded (<c>ConnectionPadding</c>, <c>ReducedConnectionPadding</c>). Default <see cref="ChannelPaddingMode.Auto"/>.</summary>
    public ChannelPaddingMode Padding { get; init; } = ChannelPaddingMode.Auto;

    /// <summary>Unused circuits kept ready, 0 to 14. Default 2; more are kept while many new ones are asked for.</summary>
    public int SpareCircuits { get; init; } = 2;

    /// <summary>Circuits under construction at once, 1 to 100. Default 32.</summary>
    public int MaxBuilding { get; init; } = 32;

    /// <summary>Time for a stream to be connected, over all attempts (<c>SocksTimeout</c>). Default 2 minutes.</summary>
    public TimeSpan StreamTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Time for one attempt on one circuit (<c>CircuitStreamTimeout</c>). Default 15 s.</summary>
    public TimeSpan StreamAttemptTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Attempts that fail at the far end before the stream fails. Default 3.</summary>
    public int MaxStreamFailures { get; init; } = 3;

    /// <summary>Learn the circuit build timeout (<c>LearnCircuitBuildTimeout</c>). Default true.</summary>
    public bool LearnCircuitBuildTimeout { get; init; } = true;

    /// <summary>First build timeout of circuits of three hops; longer ones have more in proportion (<c>CircuitBuildTimeout</c>). Default null: as the consensus says, 60 s.</summary>
    public TimeSpan? CircuitBuildTimeout { get; init; }

    /// <summary>Keep guards (<c>UseEntryGuards</c>). Default true.</summary>
    public bool UseEntryGuards { get; init; } = true;

    /// <summary>Numbers of guards.</summary>
    public GuardOptions Guards { get; init; } = new();

    /// <summary>Second and third hops of circuits of onion services.</summary>
    public VanguardOptions Vanguards { get; init; } = new();

    /// <summary>Which relays may be used where.</summary>
    public PathConstraints Constraints { get; init; } = PathConstraints.None;

    /// <summary>Groups of relays of one operator, beyond what they say themselves (<c>NodeFamily</c>).</summary>
    public IReadOnlyList<RelaySet> LocalFamilies { get; init; } = [];

    /// <summary>Relays of one /16 may share a circuit (<c>EnforceDistinctSubnets 0</c>). Default: as the network profile says.</summary>
    public bool? EnforceDistinctSubnets { get; init; }

    /// <summary>Target ports of connections that last, for which stable relays are chosen (<c>LongLivedPorts</c>). Default: those of chats and remote shells.</summary>
    public IReadOnlySet<int> LongLivedPorts { get; init; } = new HashSet<int> { 21, 22, 706, 1863, 5050, 5190, 5222, 5223, 6523, 6667, 6697, 8300 };

    /// <summary>How relays are reached (<c>ClientUseIPv4</c>, <c>ClientUseIPv6</c>, <c>ClientPreferIPv6ORPort</c>). Default: by IPv4.</summary>
    public AddressChoice Addresses { get; init; } = AddressChoice.Default;
    /// <summary>A relay of this program goes by what the client knows: what the network requires of relays is required too. Default false.</summary>
    public bool ServesRelay { get; init; }

    /// <summary>Share of all paths that must be known before circuits are built, 0.25 to 0.95 (<c>PathsNeededToBuildCircuits</c>). Default 0.6.</summary>
    public double PathsNeeded { get; init; } = 0.6;
}
