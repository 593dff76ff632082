using System.Net;
using Tunic.Primitives.Keys;

namespace Tunic.Tor.Protocol.Documents.Consensuses;

/// <summary>One relay in a consensus: its <c>r</c> line and the lines that follow it (dir-spec, "Router status entries").</summary>
public sealed record RouterStatus
{
    /// <summary>1 to 19 letters and digits. Not unique, never an identity.</summary>
    public required string Nickname { get; init; }

    /// <summary>The RSA fingerprint; unique and ascending within a consensus.</summary>
    public required RsaIdentity Identity { get; init; }

    /// <summary>SHA-1 of the descriptor's signed part; zero in the microdescriptor flavour.</summary>
    public Digest160 DescriptorDigest { get; init; }

    /// <summary>SHA-256 of the microdescriptor; zero in the unflavoured consensus.</summary>
    public Digest256 MicrodescriptorDigest { get; init; }

    /// <summary>When the descriptor was published, UTC; 2038-01-01 in newer microdescriptor consensuses.</summary>
    public DateTime Published { get; init; }

    /// <summary>Where the relay accepts channels over IPv4.</summary>
    public required IPEndPoint Address { get; init; }

    /// <summary>Port of the plain HTTP directory, 0 for none.</summary>
    public ushort DirectoryPort { get; init; }

    /// <summary>Further addresses (<c>a</c> lines), in the order given; in practice one IPv6 address.</summary>
    public IReadOnlyList<IPEndPoint> AdditionalAddresses { get; init; } = [];

    /// <summary>The flags this program knows; others are ignored.</summary>
    public RelayFlags Flags { get; init; }

    /// <summary>Tor version from the <c>v</c> line, empty when absent.</summary>
    public string Version { get; init; } = "";

    /// <summary>The <c>pr</c> line.</summary>
    public required ProtocolVersions Protocols { get; init; }

    /// <summary>Weight from the <c>w</c> line, in kilobytes per second; null when there is no <c>w</c> line.</summary>
    public long? Bandwidth { get; init; }

    /// <summary>The weight was not measured by enough authorities.</summary>
    public bool Unmeasured { get; init; }

    /// <summary>The <c>p</c> line of the unflavoured consensus; null when absent.</summary>
    public ExitPolicySummary? ExitPolicy { get; init; }
}
