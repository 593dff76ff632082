using Tunic.Primitives.Keys;

namespace Tunic.Tor.Network.NetworkDirectory;

/// <summary>What one must know of a network beforehand to join it: whom to trust, and where to ask first.</summary>
public sealed record NetworkProfile
{
    /// <summary>For people, and the name of the folder that keeps its state.</summary>
    public required string Name { get; init; }

    /// <summary>More than half of these must sign a consensus.</summary>
    public required IReadOnlyList<DirectoryAuthority> Authorities { get; init; }

    /// <summary>Asked first, so that the authorities are spared; may be empty.</summary>
    public IReadOnlyList<FallbackDirectory> Fallbacks { get; init; } = [];

    /// <summary>Weight of each authority among the fallbacks (<c>DirAuthorityFallbackRate</c>). Default 0: asked only when all fallbacks have failed.</summary>
    public double AuthorityFallbackRate { get; init; }

    /// <summary>A network on one machine or in one building: private addresses are relays like others, and subnets say nothing. Default false.</summary>
    public bool IsPrivate { get; init; }

    /// <summary>
    /// A network whose authorities vote every few seconds (<c>TestingTorNetwork</c>): periods of onion services last as many votes as on the public
    /// network, and so minutes. All who visit or offer them must agree on it. Default false.
    /// </summary>
    public bool IsTestNetwork { get; init; }

    /// <summary>
    /// Authorities and relays may be ours, so that they are told and asked who is alive (docs/spec/liveness.md). Never on a network of
    /// strangers, who would see it. Default false.
    /// </summary>
    public bool HasLiveness { get; init; }

    /// <summary>The identities that sign consensuses.</summary>
    public IReadOnlyCollection<RsaIdentity> TrustedIdentities => [.. Authorities.Select(authority => authority.V3Identity)];
}
