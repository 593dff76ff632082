using System.Net;
using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Documents;
using Tunic.Tor.Protocol.Documents.Policies;

namespace Tunic.Tor.Relay.Descriptors;

/// <summary>What an operator says of his relay. A change needs a new descriptor.</summary>
public sealed record RelayDescriptorOptions
{
    /// <summary>1 to 19 letters and digits. Default "Unnamed".</summary>
    public string Nickname { get; init; } = "Unnamed";

    /// <summary>How to reach the operator; null for no line. Default null.</summary>
    public string? Contact { get; init; }

    /// <summary>IPv4 address that others reach it under.</summary>
    public required IPAddress Address { get; init; }

    /// <summary>Port where it accepts channels, 1 to 65535.</summary>
    public required ushort OnionRouterPort { get; init; }

    /// <summary>Where it accepts channels over IPv6; null for nowhere. Default null.</summary>
    public IPEndPoint? IPv6Address { get; init; }

    /// <summary>Port of its plain HTTP directory, 0 for none. Default 0; authorities need one.</summary>
    public ushort DirectoryPort { get; init; }

    /// <summary>Software and system. Default "Tunic VERSION on SYSTEM".</summary>
    public string Platform { get; init; } = DefaultPlatform;

    /// <summary>Default: all that this relay implements.</summary>
    public ProtocolVersions Protocols { get; init; } = SpokenProtocols.OfRelay;

    /// <summary>Bytes per second it sustains, at least 1. Default 1 GiB/s, as in stock tor.</summary>
    public int BandwidthRate { get; init; } = 1 << 30;

    /// <summary>Bytes per second in bursts, at least the rate. Default 1 GiB/s.</summary>
    public int BandwidthBurst { get; init; } = 1 << 30;

    /// <summary>To where it connects for clients. Default: nowhere.</summary>
    public ExitPolicy ExitPolicy { get; init; } = ExitPolicy.RejectAll;

    /// <summary>The policy's IPv6 rules are meant too (torrc: IPv6Exit). Default false.</summary>
    public bool ExitsOverIPv6 { get; init; }

    /// <summary>Fingerprints of the other relays of the same operator (torrc: MyFamily). Default none.</summary>
    public IReadOnlyList<RsaIdentity> Family { get; init; } = [];

    /// <summary>It answers directory requests over circuits. Default true.</summary>
    public bool IsTunnelledDirectoryServer { get; init; } = true;

    /// <summary>It serves extra-info documents of others (torrc: DownloadExtraInfo). Default false.</summary>
    public bool CachesExtraInfo { get; init; }

    /// <summary>It stores onion service descriptors. Default true, which is all that stock relays ever say.</summary>
    public bool IsHiddenServiceDirectory { get; init; } = true;

    /// <summary>Whether a descriptor of the one would be a descriptor of the other.</summary>
    public bool SaysTheSameAs(RelayDescriptorOptions other) =>
        Family.SequenceEqual(other.Family)
        && ExitPolicy.Rules.SequenceEqual(other.ExitPolicy.Rules)
        && this with { Family = other.Family, ExitPolicy = other.ExitPolicy, Protocols = other.Protocols } == other;

    private static string DefaultPlatform
    {
        get
        {
            Version? version = typeof(RelayDescriptorOptions).Assembly.GetName().Version;
            string system = OperatingSystem.IsLinux() ? "Linux" : OperatingSystem.IsWindows() ? "Windows" : OperatingSystem.IsMacOS() ? "Darwin" : "unknown";
            return $"Tunic {version?.ToString(3) ?? "0.0.0"} on {system}";
        }
    }
}
