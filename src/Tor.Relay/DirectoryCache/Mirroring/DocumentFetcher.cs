using System.Collections.Concurrent;
using Tunic.Primitives.Keys;
using Tunic.Tor.Network.NetworkDirectory;
using Tunic.Tor.Protocol.Documents.Consensuses;
using Tunic.Tor.Protocol.Documents.Descriptors;
using Tunic.Tor.Protocol.Documents.Microdescriptors;

namespace Tunic.Tor.Relay.DirectoryCache.Mirroring;

/// <summary>Fetches the documents that consensuses name and the store has not got, many in one request.</summary>
internal sealed class DocumentFetcher(DirectoryMirrorEnvironment environment, AuthorityRotation authorities)
{
    private DirectoryStore Store => environment.Store;

    /// <summary>Fetches microdescriptors.</summary>
    /// <returns>How many are still missing.</returns>
    public Task<int> FetchMicrodescriptorsAsync(Consensus consensus, CancellationToken cancel) => FetchAsync(
        Missing(consensus.Relays.Select(relay => relay.MicrodescriptorDigest), digest => Store.Current.Microdescriptors.ContainsKey(digest)),
        digests => $"/tor/micro/d/{string.Join('-', digests.Select(digest => digest.ToBase64()))}.z",
        (body, wanted) => Store.AddMicrodescriptors(
            new MicrodescriptorParser().ParseList(body).Where(entry => wanted.Contains(entry.Digest)), consensus.ValidAfter),
        digest => Store.Current.Microdescriptors.ContainsKey(digest),
        cancel);

    /// <summary>Fetches server descriptors.</summary>
    /// <returns>How many are still missing.</returns>
    public Task<int> FetchDescriptorsAsync(Consensus consensus, CancellationToken cancel) => FetchAsync(
        Missing(consensus.Relays.Select(relay => relay.DescriptorDigest), digest => Store.Current.Descriptors.ContainsKey(digest)),
        digests => $"/tor/server/d/{string.Join('+', digests)}.z",
        (body, wanted) => Store.AddDescriptors(
            DescriptorSplitter.SplitRouterDescriptors(body).Select(ParseDescriptor).OfType<RouterDescriptor>().Where(descriptor => wanted.Contains(descriptor.Digest))),
        digest => Store.Current.Descriptors.ContainsKey(digest),
        cancel);

    /// <summary>Fetches the extra-info documents of the descriptors that the consensus lists.</summary>
    /// <returns>How many are still missing.</returns>
    public Task<int> FetchExtraInfosAsync(Consensus consensus, CancellationToken cancel)
    {
        DirectorySnapshot snapshot = Store.Current;
        Dictionary<Digest160, CachedDescriptor> owners = [];
        foreach (RouterStatus relay in consensus.Relays)
        {
            if (snapshot.Descriptors.TryGetValue(relay.DescriptorDigest, out CachedDescriptor? descriptor))
            {
                owners[descriptor.ExtraInfoDigest] = descriptor;
            }
        }

        return FetchAsync(
            Missing(owners.Keys, digest => snapshot.ExtraInfos.ContainsKey(digest)),
            digests => $"/tor/extra/d/{string.Join('+', digests)}.z",
            (body, _) => Store.AddExtraInfos(
                DescriptorSplitter.SplitExtraInfos(body).Select(ParseExtraInfo).OfType<ExtraInfo>().Where(extraInfo => Belongs(extraInfo, owners))),
            digest => Store.Current.ExtraInfos.ContainsKey(digest),
            cancel);
    }

    private static T[] Missing<T>(IEnumerable<T> named, Func<T, bool> isThere)
        where T : struct, IComparable<T> =>
        [.. named.Where(name => !name.Equals(default(T)) && !isThere(name)).Distinct().Order()];

    private static RouterDescriptor? ParseDescriptor(ReadOnlyMemory<byte> text) =>
        RouterDescriptor.TryParse(text, out RouterDescriptor? descriptor, out _) ? descriptor : null;

    private static ExtraInfo? ParseExtraInfo(ReadOnlyMemory<byte> text) =>
        ExtraInfo.TryParse(text, out ExtraInfo? extraInfo, out _) ? extraInfo : null;

    private static bool Belongs(ExtraInfo extraInfo, Dictionary<Digest160, CachedDescriptor> owners) =>
        owners.TryGetValue(extraInfo.Digest, out CachedDescriptor? owner)
        && RouterDescriptor.TryParse(owner.Text, out RouterDescriptor? descriptor, out _)
        && extraInfo.Belongs(descriptor, out _);

    private async Task<int> FetchAsync<T>(
        T[] missing,
        Func<IReadOnlyCollection<T>, string> path,
        Action<ReadOnlyMemory<byte>, HashSet<T>> store,
        Func<T, bool> isThere,
        CancellationToken cancel)
        where T : struct
    {
        var stillMissing = new ConcurrentBag<int>();
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = environment.ParallelRequests, CancellationToken = cancel };
        await Parallel.ForEachAsync(missing.Chunk(environment.DocumentsPerRequest), parallel, async (batch, stop) =>
        {
            HashSet<T> wanted = [.. batch];
            await authorities.AskAsync(
                new DirectoryRequest(path(batch)),
                response =>
                {
                    if (response.IsSuccess)
                    {
                        store(response.Body, wanted);
                    }

                    wanted.RemoveWhere(name => isThere(name));
                    return wanted.Count == 0 ? null : $"{response.Status}: {wanted.Count} of {batch.Length} documents are still missing";
                },
                stop);
            stillMissing.Add(wanted.Count);
        });
        return stillMissing.Sum();
    }
}
