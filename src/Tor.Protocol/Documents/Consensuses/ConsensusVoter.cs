using System.Net;
using Tunic.Primitives.Keys;

namespace Tunic.Tor.Protocol.Documents.Consensuses;

/// <summary>An authority as a consensus or vote lists it: <c>dir-source</c>, <c>contact</c> and <c>vote-digest</c> (dir-spec, "Vote and consensus status document formats").</summary>
public sealed record ConsensusVoter
{
    /// <summary>The authority's nickname; "-legacy" is appended for an old identity of it.</summary>
    public required string Nickname { get; init; }

    /// <summary>SHA-1 of its v3 identity key.</summary>
    public required RsaIdentity Identity { get; init; }

    /// <summary>Its host name, or its address again.</summary>
    public required string HostName { get; init; }

    /// <summary>Its IPv4 address.</summary>
    public required IPAddress Address { get; init; }

    /// <summary>Port of its HTTP directory.</summary>
    public ushort DirectoryPort { get; init; }

    /// <summary>Port where it accepts channels.</summary>
    public ushort OnionRouterPort { get; init; }

    /// <summary>The <c>contact</c> line; null for a legacy entry, which has none.</summary>
    public string? Contact { get; init; }

    /// <summary>SHA-1 of its vote; zero in a vote and in a legacy entry.</summary>
    public Digest160 VoteDigest { get; init; }
}
