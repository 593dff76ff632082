using Tunic.Tor.Protocol.Documents.Policies;
using Tunic.Tor.Relay.Exits.Dns;

namespace Tunic.Node.Configuration.Torrc;

/// <summary>What an exit connects to, and for whom.</summary>
internal sealed record TorrcExitOptions
{
    /// <summary>Null for auto: an exit if a policy is written.</summary>
    internal required bool? ExitRelay { get; init; }

    /// <summary>Rules of the torrc alone: the private networks and the default policy are added by whoever uses it.</summary>
    internal required ExitPolicy Policy { get; init; }

    internal required bool RejectPrivate { get; init; }

    internal required bool RejectLocalInterfaces { get; init; }

    internal required bool ReducedPolicy { get; init; }

    internal required bool IPv6 { get; init; }

    /// <summary>How names are looked up.</summary>
    internal required DnsOptions Dns { get; init; }

    /// <summary>Refuse streams of circuits whose hop before is no known relay; null for auto: by the consensus.</summary>
    internal required bool? RefuseUnknown { get; init; }
}
