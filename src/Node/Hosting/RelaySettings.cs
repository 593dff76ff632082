using System.Net;
using Tunic.Tor.Protocol.Documents.Policies;
using Tunic.Tor.Relay;
using Tunic.Tor.Relay.Descriptors;
using Tunic.Tor.Relay.Keys;

namespace Tunic.Node.Hosting;

/// <summary>All that makes a relay of this process.</summary>
internal sealed record RelaySettings
{
    /// <summary>Ports, limits and exit.</summary>
    internal required RelayOptions Relay { get; init; }

    /// <summary>What others are told. An onion router port of 0 stands for the one that the first OR port got.</summary>
    internal required RelayDescriptorOptions Descriptor { get; init; }

    internal RelayKeyOptions Keys { get; init; } = new();

    /// <summary>Where the directory is served over plain HTTP; empty for nowhere. It is always served over circuits if the descriptor says so.</summary>
    internal IReadOnlyList<IPEndPoint> DirectoryPorts { get; init; } = [];

    /// <summary>Whom the directory ports answer; the rules' ports do not matter (<c>DirPolicy</c>). Default: everybody.</summary>
    internal ExitPolicy DirectoryPolicy { get; init; } = new([]);

    /// <summary>Null for a relay that is no authority.</summary>
    internal AuthoritySettings? Authority { get; init; }

    /// <summary>Streams that come from a relay which the consensus does not list are refused (<c>RefuseUnknownExits</c>); null: as the consensus says.</summary>
    internal bool? RefusesUnknownRelays { get; init; }

    /// <summary>Rules against floods that count instead of the consensus', by its names (<c>DoS...</c>).</summary>
    internal IReadOnlyDictionary<string, int> Defenses { get; init; } = new Dictionary<string, int>();

    /// <summary>How long the first day must be observed before it counts for the bandwidth that is claimed (<c>TestingMinTimeToReportBandwidth</c>).</summary>
    internal TimeSpan ObservationTime { get; init; } = TimeSpan.FromDays(1);

    /// <summary>Most bytes of onion service descriptors kept for others (<c>MaxHSDirCacheBytes</c>); 0: a fifth of the memory for queues.</summary>
    internal long MaxOnionServiceCacheBytes { get; init; }

    /// <summary>The descriptor goes to the authorities (<c>PublishServerDescriptor</c>).</summary>
    internal bool Publishes { get; init; } = true;

    /// <summary>The relay publishes without having tested whether its IPv4 OR port can be reached (<c>AssumeReachable</c>), and likewise its IPv6 one.</summary>
    internal (bool IPv4, bool IPv6) AssumesReachable { get; init; }

    /// <summary>Bandwidth changes are published at once (<c>TestingTorNetwork</c>).</summary>
    internal bool IsTestNetwork { get; init; }
}
