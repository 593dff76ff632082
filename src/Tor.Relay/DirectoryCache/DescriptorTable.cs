using System.Collections.Immutable;
using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Documents.Consensuses;
using Tunic.Tor.Protocol.Documents.Descriptors;

namespace Tunic.Tor.Relay.DirectoryCache;

/// <summary>Decides which descriptors and extra-info documents a directory store keeps. No relay's newest or listed descriptor ever gives way to another's.</summary>
/// <remarks>One owner: each method turns its snapshot into the next one.</remarks>
internal sealed class DescriptorTable(DirectoryStoreOptions options)
{
    private readonly ReplacedDescriptors _replaced = new();
    private HashSet<Digest160> _listed = [];

    /// <summary>A new unflavoured consensus: what it lists is kept.</summary>
    public void OnConsensus(Consensus consensus) => _listed = [.. consensus.Relays.Select(relay => relay.DescriptorDigest)];

    /// <summary>Takes descriptors.</summary>
    public DirectorySnapshot Add(DirectorySnapshot snapshot, IEnumerable<RouterDescriptor> descriptors)
    {
        var change = new Change(snapshot);
        foreach (CachedDescriptor descriptor in descriptors.Select(CachedDescriptor.Of))
        {
            Add(change, descriptor);
        }

        RemoveSurplus(change);
        return change.Finish();
    }

    /// <summary>Takes extra-info documents.</summary>
    public DirectorySnapshot Add(DirectorySnapshot snapshot, IEnumerable<ExtraInfo> extraInfos)
    {
        var change = new Change(snapshot);
        foreach (CachedExtraInfo extraInfo in extraInfos.Select(CachedExtraInfo.Of))
        {
            change.ExtraInfos[extraInfo.Digest] = extraInfo;
        }

        int surplus = change.ExtraInfos.Count - options.MaxDescriptors;
        if (surplus > 0)
        {
            HashSet<Digest160> named = [.. change.All.Values.Select(descriptor => descriptor.ExtraInfoDigest)];
            change.ExtraInfos.RemoveRange([.. change.ExtraInfos.Values
                .OrderBy(extraInfo => named.Contains(extraInfo.Digest))
                .ThenBy(extraInfo => extraInfo.Published)
                .Take(surplus)
                .Select(extraInfo => extraInfo.Digest)]);
        }

        return change.Finish();
    }

    /// <summary>Forgets some descriptors, and all extra-info documents of <paramref name="unwanted"/> ones.</summary>
    public DirectorySnapshot Remove(DirectorySnapshot snapshot, Func<CachedDescriptor, bool> condition, Func<CachedExtraInfo, bool> unwanted)
    {
        var change = new Change(snapshot);
        foreach (CachedDescriptor descriptor in snapshot.Descriptors.Values.Where(condition))
        {
            Remove(change, descriptor);
        }

        change.ExtraInfos.RemoveRange([.. snapshot.ExtraInfos.Values.Where(unwanted).Select(extraInfo => extraInfo.Digest)]);
        return change.Finish();
    }

    private void Add(Change change, CachedDescriptor descriptor)
    {
        CachedDescriptor? known = change.Newest.GetValueOrDefault(descriptor.Identity);
        bool hasRoom = known is not null || change.Newest.Count < options.MaxDescriptors || _listed.Contains(descriptor.Digest);
        if (!hasRoom || change.All.ContainsKey(descriptor.Digest))
        {
            return;
        }

        change.All[descriptor.Digest] = descriptor;
        bool isNewest = known is null || known.Published <= descriptor.Published;
        if (isNewest)
        {
            change.Newest[descriptor.Identity] = descriptor;
        }

        if ((isNewest ? known : descriptor) is { } older)
        {
            foreach (Digest160 digest in _replaced.Add(older.Identity, older.Digest, older.Published, _listed.Contains))
            {
                Remove(change, change.All[digest]);
            }
        }
    }

    /// <summary>The oldest of all that were replaced give way.</summary>
    private void RemoveSurplus(Change change)
    {
        int surplus = change.All.Count - options.MaxDescriptors;
        if (surplus <= 0)
        {
            return;
        }

        CachedDescriptor[] oldest = [.. change.All.Values
            .Where(descriptor => !change.IsNewest(descriptor) && !_listed.Contains(descriptor.Digest))
            .OrderBy(descriptor => descriptor.Published)
            .Take(surplus)];
        foreach (CachedDescriptor descriptor in oldest)
        {
            Remove(change, descriptor);
        }
    }

    private void Remove(Change change, CachedDescriptor descriptor)
    {
        bool isNewest = change.IsNewest(descriptor);
        change.All.Remove(descriptor.Digest);
        _replaced.Remove(descriptor.Identity, descriptor.Digest);
        if (isNewest)
        {
            change.Newest.Remove(descriptor.Identity);
        }

        // The same document may belong to a later descriptor of the relay as well.
        IEnumerable<CachedDescriptor> others = _replaced.Of(descriptor.Identity).Select(digest => change.All[digest]);
        if (change.ExtraInfos.TryGetValue(descriptor.ExtraInfoDigest, out CachedExtraInfo? extraInfo) && extraInfo.Identity == descriptor.Identity
            && change.Newest.GetValueOrDefault(descriptor.Identity)?.ExtraInfoDigest != extraInfo.Digest
            && !others.Any(other => other.ExtraInfoDigest == extraInfo.Digest))
        {
            change.ExtraInfos.Remove(extraInfo.Digest);
        }
    }

    /// <summary>The next snapshot while it is made.</summary>
    private sealed class Change(DirectorySnapshot before)
    {
        public ImmutableDictionary<Digest160, CachedDescriptor>.Builder All { get; } = before.Descriptors.ToBuilder();

        public ImmutableDictionary<RsaIdentity, CachedDescriptor>.Builder Newest { get; } = before.NewestDescriptors.ToBuilder();

        public ImmutableDictionary<Digest160, CachedExtraInfo>.Builder ExtraInfos { get; } = before.ExtraInfos.ToBuilder();

        public bool IsNewest(CachedDescriptor descriptor) => Newest.TryGetValue(descriptor.Identity, out CachedDescriptor? newest) && newest.Digest == descriptor.Digest;

        public DirectorySnapshot Finish() => before with
        {
            Descriptors = All.ToImmutable(),
            NewestDescriptors = Newest.ToImmutable(),
            ExtraInfos = ExtraInfos.ToImmutable(),
        };
    }
}
