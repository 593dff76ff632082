using System.Collections.Immutable;
using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Documents.Authorities;
using Tunic.Tor.Protocol.Documents.Consensuses;

namespace Tunic.Tor.Relay.DirectoryCache;

/// <summary>All documents of a directory at one moment. Immutable, so one request sees one state.</summary>
public sealed record DirectorySnapshot
{
    /// <summary>No documents.</summary>
    public static DirectorySnapshot Empty { get; } = new();

    /// <summary>The unflavoured consensus; null when there is none.</summary>
    public CachedConsensus? UnflavoredConsensus { get; init; }

    /// <summary>The microdescriptor consensus; null when there is none.</summary>
    public CachedConsensus? MicrodescriptorConsensus { get; init; }

    /// <summary>Certificates of authorities.</summary>
    public ImmutableDictionary<AuthorityKeyId, AuthorityCertificate> Certificates { get; init; } =
        ImmutableDictionary<AuthorityKeyId, AuthorityCertificate>.Empty;

    /// <summary>Microdescriptors by digest.</summary>
    public ImmutableDictionary<Digest256, CachedMicrodescriptor> Microdescriptors { get; init; } =
        ImmutableDictionary<Digest256, CachedMicrodescriptor>.Empty;

    /// <summary>Descriptors by digest, older ones too.</summary>
    public ImmutableDictionary<Digest160, CachedDescriptor> Descriptors { get; init; } = ImmutableDictionary<Digest160, CachedDescriptor>.Empty;

    /// <summary>The newest descriptor of each relay.</summary>
    public ImmutableDictionary<RsaIdentity, CachedDescriptor> NewestDescriptors { get; init; } =
        ImmutableDictionary<RsaIdentity, CachedDescriptor>.Empty;

    /// <summary>Extra-info documents by digest.</summary>
    public ImmutableDictionary<Digest160, CachedExtraInfo> ExtraInfos { get; init; } = ImmutableDictionary<Digest160, CachedExtraInfo>.Empty;

    /// <summary>The consensus of one flavour; null when there is none.</summary>
    public CachedConsensus? ConsensusOf(ConsensusFlavor flavor) =>
        flavor == ConsensusFlavor.Unflavored ? UnflavoredConsensus : MicrodescriptorConsensus;
}
