using System.Net;
using Tunic.Tor.Protocol.Documents.Policies;
using Tunic.Tor.Relay.Exits.Dns;

namespace Tunic.Tor.Relay.Exits;

/// <summary>Where streams may lead, and how many. Read once at start.</summary>
public sealed record ExitOptions
{
    /// <summary>The exit policy. Default: reject everything. Private and own addresses are refused whatever it says.</summary>
    public ExitPolicy Policy { get; init; } = ExitPolicy.RejectAll;

    /// <summary>Single targets that are reached in spite of the policy, though not when they are relays' ports or listeners of ours; such as a service of the operator's own machine. Default none.</summary>
    public IReadOnlySet<IPEndPoint> AllowedTargets { get; init; } = new HashSet<IPEndPoint>();

    /// <summary>Whether the policy alone decides about private addresses. Default false; for test networks.</summary>
    public bool AllowPrivateAddresses { get; init; }

    /// <summary>Whether targets may have IPv6 addresses (IPv6Exit). Default false.</summary>
    public bool AllowIPv6 { get; init; }

    /// <summary>How names are looked up.</summary>
    public DnsOptions Dns { get; init; } = new();

    /// <summary>Time for a target to accept. Default 60 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Time that a target which does not read may take for what is left when its stream has ended. Default 30 s.</summary>
    public TimeSpan Linger { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Streams at once, directory streams included, 1 and more. Default 65 536.</summary>
    public int MaxStreams { get; init; } = 65_536;

    /// <summary>Streams that are being looked up or connected at once, 1 and more. Default 4 096. One circuit gets at most a fifth of them, one previous relay a quarter, and less when few are free.</summary>
    public int MaxConnecting { get; init; } = 4_096;
}
