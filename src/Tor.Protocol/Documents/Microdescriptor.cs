using Tunic.Primitives.Keys;

namespace Tunic.Tor.Protocol.Documents;

/// <summary>What a client must know of a relay beyond its consensus entry (dir-spec, "Microdescriptors").</summary>
public sealed record Microdescriptor
{
    /// <summary>SHA-256 of the exact text; the name under which the consensus lists it.</summary>
    public required Digest256 Digest { get; init; }

    /// <summary>The ntor key, 32 bytes.</summary>
    public required ReadOnlyMemory<byte> NtorOnionKey { get; init; }

    /// <summary>The relay's Ed25519 identity; zero when the text has none.</summary>
    public Ed25519Identity Ed25519Identity { get; init; }

    /// <summary>Tokens of the <c>family</c> line as written ($FINGERPRINT or nickname).</summary>
    public IReadOnlyList<string> Family { get; init; } = [];

    /// <summary>Tokens of the <c>family-ids</c> line (happy families), as written.</summary>
    public IReadOnlyList<string> FamilyIds { get; init; } = [];

    /// <summary>IPv4 exit ports; "reject 1-65535" when absent.</summary>
    public required ExitPolicySummary ExitPolicy { get; init; }

    /// <summary>IPv6 exit ports; "reject 1-65535" when absent.</summary>
    public required ExitPolicySummary ExitPolicyV6 { get; init; }
}
