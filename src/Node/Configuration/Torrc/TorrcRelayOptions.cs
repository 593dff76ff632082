using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Documents.Policies;

namespace Tunic.Node.Configuration.Torrc;

/// <summary>What a relay says of itself and offers.</summary>
internal sealed record TorrcRelayOptions
{
    /// <summary>1 to 19 letters and digits; "Unnamed" for a relay without one.</summary>
    internal required string Nickname { get; init; }

    internal required string? ContactInfo { get; init; }

    /// <summary>IPv4 and IPv6 addresses or names under which it is reached; empty: found out.</summary>
    internal required IReadOnlyList<string> Addresses { get; init; }

    internal required bool AddressDisableIPv6 { get; init; }

    internal required IReadOnlyList<ServerPort> OrPorts { get; init; }

    internal required IReadOnlyList<ServerPort> DirPorts { get; init; }

    internal required bool DirCache { get; init; }

    /// <summary>0: a fifth of MaxMemInQueues.</summary>
    internal required long MaxHsDirCacheBytes { get; init; }

    /// <summary>Applied to the addresses of those who use the DirPort; without rules everybody is accepted.</summary>
    internal required ExitPolicy DirPolicy { get; init; }

    internal required bool AssumeReachable { get; init; }

    /// <summary>Null for auto.</summary>
    internal required bool? AssumeReachableIPv6 { get; init; }

    /// <summary>Its descriptor goes to the authorities.</summary>
    internal required bool PublishDescriptor { get; init; }

    /// <summary>Fingerprints of relays of the same operator.</summary>
    internal required IReadOnlyList<string> MyFamily { get; init; }

    /// <summary>Families with a key of their own, by it.</summary>
    internal required IReadOnlyList<Ed25519Identity> FamilyIds { get; init; }

    /// <summary>"*" was among them: every family whose key is found.</summary>
    internal required bool AcceptsAnyFamily { get; init; }

    /// <summary>Absolute; null for the key directory.</summary>
    internal required string? FamilyKeyDirectory { get; init; }

    internal required TimeSpan SigningKeyLifetime { get; init; }

    /// <summary>Bytes per second and at once for relayed traffic; 0: as BandwidthRate and BandwidthBurst.</summary>
    internal required long BandwidthRate { get; init; }

    internal required long BandwidthBurst { get; init; }

    internal required long MaxAdvertisedBandwidth { get; init; }

    internal required TimeSpan MinTimeToReportBandwidth { get; init; }
}
