using Tunic.Primitives.Keys;
using Tunic.Tor.Relay.Descriptors;

namespace Tunic.Tor.Relay.DirectoryCache.Serving;

/// <summary>/tor/server/{all,authority,d/...,fp/...} and /tor/extra/ with the same (dir-spec, "Server descriptors and extra-info documents").</summary>
/// <param name="store">The documents of others.</param>
/// <param name="own">The relay's own documents, also before anybody else has them; null for none.</param>
/// <param name="time">Tells which are too old to hand out by fingerprint.</param>
internal sealed class DescriptorHandler(DirectoryStore store, Func<RelayDescriptorDocuments?> own, TimeProvider time) : IDirectoryHandler
{
    private const string ServerPrefix = "/tor/server/";
    private const string ExtraPrefix = "/tor/extra/";
    private static readonly TimeSpan _maxAgeToPublish = TimeSpan.FromHours(24);
    private static readonly TimeSpan _lifetimeOfAll = TimeSpan.FromHours(1);
    private static readonly TimeSpan _lifetimeOfOne = TimeSpan.FromHours(48);

    /// <inheritdoc/>
    public ValueTask<DirectoryAnswer?> HandleAsync(DirectoryQuery query, CancellationToken cancel)
    {
        DirectoryAnswer? answer = query.IsPost ? null
            : query.Path.StartsWith(ServerPrefix, StringComparison.Ordinal) ? Answer(query, query.Path[ServerPrefix.Length..], isExtraInfo: false)
            : query.Path.StartsWith(ExtraPrefix, StringComparison.Ordinal) ? Answer(query, query.Path[ExtraPrefix.Length..], isExtraInfo: true)
            : null;
        return ValueTask.FromResult(answer);
    }

    private DirectoryAnswer Answer(DirectoryQuery query, string resource, bool isExtraInfo)
    {
        var view = new View(store.Current, own(), isExtraInfo);
        bool byDigest = resource.StartsWith("d/", StringComparison.Ordinal);
        bool byIdentity = resource.StartsWith("fp/", StringComparison.Ordinal);
        if (!byDigest && !byIdentity && resource is not ("all" or "authority"))
        {
            return DirectoryAnswer.NotFound;
        }

        int asked = 0;
        List<CachedDocument> found = byDigest
            ? View.Find(ResourceList.ParseDigests(resource[2..]), view.ByDigest, out asked)
            : View.Find(Identities(resource, byIdentity, view), view.ByIdentity, out asked);
        bool isTunnelled = query.Asker.IsTunnelled && resource != "all";
        if (found.Count == 0)
        {
            // Stock tor looks twice when the answer could be read on the way, and the first look has other words.
            return isTunnelled && asked > 0 ? DirectoryAnswer.NotFound : DirectoryAnswer.Short(404, "Servers unavailable");
        }

        int counted = isTunnelled ? asked : found.Count;
        if (!byDigest)
        {
            DateTime oldest = time.GetUtcNow().UtcDateTime - _maxAgeToPublish;
            found.RemoveAll(document => document.Published < oldest);
        }

        TimeSpan lifetime = resource == "all" ? _lifetimeOfAll : counted == 1 ? _lifetimeOfOne : TimeSpan.Zero;
        return found.Count == 0
            ? DirectoryAnswer.NotFound
            : DirectoryAnswer.Documents([.. found.Select(document => document.Text)], query.BestEncoding, lifetime);
    }

    private static IEnumerable<RsaIdentity> Identities(string resource, bool byIdentity, View view) =>
        byIdentity ? ResourceList.ParseIdentities(resource[3..])
        : resource == "all" ? view.All
        : view.Own is { } mine ? [mine.Descriptor.Identity]
        : [];

    private readonly record struct CachedDocument(DateTime Published, ReadOnlyMemory<byte> Text);

    /// <summary>Descriptors or extra-info documents of one moment, the relay's own included.</summary>
    private sealed class View(DirectorySnapshot snapshot, RelayDescriptorDocuments? own, bool isExtraInfo)
    {
        public RelayDescriptorDocuments? Own => own;

        public IEnumerable<RsaIdentity> All =>
            own is { } mine ? snapshot.NewestDescriptors.Keys.Append(mine.Descriptor.Identity).Distinct() : snapshot.NewestDescriptors.Keys;

        public static List<CachedDocument> Find<T>(IEnumerable<T> names, Func<T, CachedDocument?> look, out int asked)
        {
            T[] all = [.. names];
            asked = all.Length;
            Array.Reverse(all); // stock tor sends its list from the end
            return [.. all.Select(look).OfType<CachedDocument>()];
        }

        public CachedDocument? ByIdentity(RsaIdentity identity)
        {
            if (own is { } mine && mine.Descriptor.Identity == identity)
            {
                return new CachedDocument(mine.ExtraInfo.Published, isExtraInfo ? mine.ExtraInfo.Text : mine.Descriptor.Text);
            }

            return !snapshot.NewestDescriptors.TryGetValue(identity, out CachedDescriptor? newest) ? null
                : isExtraInfo ? ByDigest(newest.ExtraInfoDigest)
                : new CachedDocument(newest.Published, newest.Text);
        }

        public CachedDocument? ByDigest(Digest160 digest)
        {
            if (own is { } mine && digest == (isExtraInfo ? mine.ExtraInfo.Digest : mine.Descriptor.Digest))
            {
                return ByIdentity(mine.Descriptor.Identity);
            }

            if (isExtraInfo)
            {
                return snapshot.ExtraInfos.TryGetValue(digest, out CachedExtraInfo? extraInfo)
                    ? new CachedDocument(extraInfo.Published, extraInfo.Text)
                    : null;
            }

            return snapshot.Descriptors.TryGetValue(digest, out CachedDescriptor? descriptor)
                ? new CachedDocument(descriptor.Published, descriptor.Text)
                : null;
        }
    }
}
