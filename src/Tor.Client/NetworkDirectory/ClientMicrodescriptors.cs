using Tunic.Primitives.Keys;
using Tunic.Tor.Network.NetworkDirectory;
using Tunic.Tor.Protocol.Documents;
using Tunic.Tor.Protocol.Documents.Consensuses;
using Tunic.Tor.Protocol.Documents.Microdescriptors;

namespace Tunic.Tor.Client.NetworkDirectory;

/// <summary>The microdescriptors a client has: read from the cache, fetched as the consensus names them, kept.</summary>
/// <remarks>One user at a time.</remarks>
internal sealed class ClientMicrodescriptors(DirectoryCache cache, IDirectoryFetcher fetcher)
{
    /// <summary>Microdescriptors asked for in one request: the line stays well below a directory's limit.</summary>
    private const int PerRequest = 256;
    private const int ParallelRequests = 4;
    private const int MaxOutdated = 30;

    private readonly Dictionary<Digest256, MicrodescriptorEntry> _entries = [];

    /// <summary>Directories that lacked some of what this consensus names: the others are asked first.</summary>
    private readonly HashSet<RsaIdentity> _outdated = [];

    /// <summary>Told of each step until circuits can be built.</summary>
    internal IProgress<BootstrapProgress>? Progress { get; init; }

    /// <summary>Told whenever more are there.</summary>
    internal Action? OnArrived { get; init; }

    /// <summary>Those that are well-formed.</summary>
    internal IReadOnlyDictionary<Digest256, Microdescriptor> Known => _entries.Values
        .Where(entry => entry.Microdescriptor is not null)
        .ToDictionary(entry => entry.Digest, entry => entry.Microdescriptor!);

    internal async Task LoadAsync(CancellationToken cancel)
    {
        foreach (MicrodescriptorEntry entry in await cache.ReadMicrodescriptorsAsync(cancel))
        {
            _entries[entry.Digest] = entry;
        }
    }

    /// <summary>A new consensus: forgets what neither it nor the one before names.</summary>
    internal void OnConsensus(Consensus consensus, Consensus? before)
    {
        _outdated.Clear();
        HashSet<Digest256> named =
            [.. consensus.Relays.Concat(before?.Relays ?? []).Select(relay => relay.MicrodescriptorDigest)];
        foreach (Digest256 digest in _entries.Keys.Where(digest => !named.Contains(digest)).ToArray())
        {
            _entries.Remove(digest);
        }
    }

    /// <summary>Asks once for all that the consensus names and that is not there.</summary>
    /// <returns>How many are still missing.</returns>
    internal async Task<int> UpdateAsync(Consensus consensus, CancellationToken cancel)
    {
        Digest256[] missing = FindMissing(consensus);
        if (missing.Length == 0)
        {
            return 0;
        }

        Progress?.Report(BootstrapProgress.RequestingMicrodescriptors);
        foreach (Digest256[][] round in missing.Chunk(PerRequest).Chunk(ParallelRequests))
        {
            DirectoryReply[] replies = await Task.WhenAll(round.Select(digests => fetcher.FetchAsync(
                new DirectoryRequest($"/tor/micro/d/{string.Join('-', digests.Select(digest => digest.ToBase64()))}.z"), _outdated, attempts: 3, cancel)));
            foreach ((DirectoryReply reply, Digest256[] asked) in replies.Zip(round))
            {
                Take(reply.Response, asked);
                if (!asked.All(_entries.ContainsKey))
                {
                    NoteOutdated(reply.Directory);
                }
            }

            Progress?.Report(BootstrapProgress.LoadingMicrodescriptors);
            OnArrived?.Invoke();
        }

        HashSet<Digest256> named = [.. consensus.Relays.Select(relay => relay.MicrodescriptorDigest)];
        await cache.WriteMicrodescriptorsAsync(
            _entries.Values.Where(entry => named.Contains(entry.Digest) && entry.Fault is null).Select(entry => entry.Text), cancel);
        return FindMissing(consensus).Length;
    }

    private Digest256[] FindMissing(Consensus consensus) => [.. consensus.Relays
        .Select(relay => relay.MicrodescriptorDigest)
        .Where(digest => !digest.IsZero && !_entries.ContainsKey(digest)) // a relay that has none cannot be used
        .Distinct()];

    /// <summary>Keeps what was asked for, and nothing else that the directory may have sent.</summary>
    private void Take(DirectoryResponse response, Digest256[] asked)
    {
        if (!response.IsSuccess)
        {
            return;
        }

        HashSet<Digest256> wanted = [.. asked];
        foreach (MicrodescriptorEntry entry in new MicrodescriptorParser().ParseList(response.Body).Where(entry => wanted.Contains(entry.Digest)))
        {
            _entries[entry.Digest] = entry;
        }
    }

    private void NoteOutdated(RsaIdentity directory)
    {
        if (_outdated.Count >= MaxOutdated)
        {
            _outdated.Clear(); // so many cannot all be at fault
        }

        _outdated.Add(directory);
    }
}
