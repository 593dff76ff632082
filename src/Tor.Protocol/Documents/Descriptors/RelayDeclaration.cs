using System.Net;
using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Documents.Policies;

namespace Tunic.Tor.Protocol.Documents.Descriptors;

/// <summary>What a relay says of itself in its server descriptor, keys and signatures apart (dir-spec, "Server descriptor format").</summary>
public sealed record RelayDeclaration
{
    /// <summary>1 to 19 letters and digits.</summary>
    public required string Nickname { get; init; }

    /// <summary>IPv4 address.</summary>
    public required IPAddress Address { get; init; }

    /// <summary>Port where it accepts channels, 1 to 65535.</summary>
    public required ushort OnionRouterPort { get; init; }

    /// <summary>Port of its plain HTTP directory, 0 for none; authorities only.</summary>
    public ushort DirectoryPort { get; init; }

    /// <summary>Where it accepts channels over IPv6; null for nowhere.</summary>
    public IPEndPoint? IPv6Address { get; init; }

    /// <summary>Software and system; a value that begins with "Tor " must be a version that authorities accept.</summary>
    public string? Platform { get; init; }

    /// <summary>The <c>proto</c> line; it may be malformed.</summary>
    public required ProtocolVersions Protocols { get; init; }

    /// <summary>When it was made, UTC, whole seconds.</summary>
    public required DateTime Published { get; init; }

    /// <summary>Time since the relay started, in seconds; null when there is no such line.</summary>
    public long? UptimeSeconds { get; init; }

    /// <summary>Bytes per second it is willing to sustain, 1 to 2^31-1.</summary>
    public required int BandwidthRate { get; init; }

    /// <summary>Bytes per second it is willing to send in bursts, 0 to 2^31-1.</summary>
    public required int BandwidthBurst { get; init; }

    /// <summary>Bytes per second it has shown to handle, 0 to 2^31-1.</summary>
    public required int BandwidthObserved { get; init; }

    /// <summary>SHA-1 of the signed part of its extra-info document; zero for none.</summary>
    public Digest160 ExtraInfoDigest { get; init; }

    /// <summary>SHA-256 of the whole extra-info document; zero when not given.</summary>
    public Digest256 ExtraInfoSha256 { get; init; }

    /// <summary>It serves extra-info documents of others.</summary>
    public bool CachesExtraInfo { get; init; }

    /// <summary>Members of its family as written: $FINGERPRINT or nickname.</summary>
    public IReadOnlyList<string> Family { get; init; } = [];

    /// <summary>It has used up its traffic for now.</summary>
    public bool IsHibernating { get; init; }

    /// <summary>It stores onion service descriptors.</summary>
    public bool IsHiddenServiceDirectory { get; init; }

    /// <summary>It answers directory requests over circuits (BEGIN_DIR).</summary>
    public bool IsTunnelledDirectoryServer { get; init; }

    /// <summary>How to reach the operator; null when there is no such line.</summary>
    public string? Contact { get; init; }

    /// <summary>How a bridge wants to be handed out; null when there is no such line.</summary>
    public string? BridgeDistribution { get; init; }

    /// <summary>To where it connects over IPv4.</summary>
    public required ExitPolicy ExitPolicy { get; init; }

    /// <summary>The <c>ipv6-policy</c> line; null when there is none, which means reject.</summary>
    public ExitPolicySummary? IPv6ExitPolicy { get; init; }

    /// <summary>Rest of the <c>overload-general</c> line ("1 2026-01-01 00:00:00"); null when there is none.</summary>
    public string? OverloadGeneral { get; init; }
}
