using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Documents.Descriptors;
using Tunic.Tor.Protocol.Documents.Microdescriptors;

namespace Tunic.Tor.Relay.DirectoryCache;

/// <summary>A server descriptor as it is served: its text, and what it is found by.</summary>
/// <param name="Digest">SHA-1 of the signed part.</param>
/// <param name="Identity">The relay's fingerprint.</param>
/// <param name="Published">UTC.</param>
/// <param name="ExtraInfoDigest">Digest of its extra-info document; zero for none.</param>
/// <param name="Text">The exact text.</param>
public sealed record CachedDescriptor(
    Digest160 Digest, RsaIdentity Identity, DateTime Published, Digest160 ExtraInfoDigest, ReadOnlyMemory<byte> Text)
{
    /// <summary>Keeps of a descriptor what serving needs.</summary>
    public static CachedDescriptor Of(RouterDescriptor descriptor) => new(
        descriptor.Digest, descriptor.Identity, descriptor.Declaration.Published, descriptor.Declaration.ExtraInfoDigest, descriptor.Text);
}

/// <summary>An extra-info document as it is served.</summary>
/// <param name="Digest">SHA-1 of the signed part.</param>
/// <param name="Identity">The relay's fingerprint.</param>
/// <param name="Published">UTC.</param>
/// <param name="Text">The exact text.</param>
public sealed record CachedExtraInfo(Digest160 Digest, RsaIdentity Identity, DateTime Published, ReadOnlyMemory<byte> Text)
{
    /// <summary>Keeps of a document what serving needs.</summary>
    public static CachedExtraInfo Of(ExtraInfo extraInfo) => new(extraInfo.Digest, extraInfo.Identity, extraInfo.Published, extraInfo.Text);
}

/// <summary>A microdescriptor as it is served.</summary>
/// <param name="Digest">SHA-256 of the text.</param>
/// <param name="LastListed">Valid-after of the latest consensus that lists it, UTC.</param>
/// <param name="Text">The exact text.</param>
public sealed record CachedMicrodescriptor(Digest256 Digest, DateTime LastListed, ReadOnlyMemory<byte> Text)
{
    /// <summary>Keeps a copy of the text, which in the list aliases a whole download.</summary>
    public static CachedMicrodescriptor Of(MicrodescriptorEntry entry, DateTime lastListed) => new(entry.Digest, lastListed, entry.Text.ToArray());
}
