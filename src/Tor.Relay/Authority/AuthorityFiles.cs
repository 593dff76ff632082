using System.Text;
using Tunic.Primitives.Storage;
using Tunic.Tor.Protocol.Documents.Consensuses;
using Tunic.Tor.Protocol.Documents.Descriptors;
using Tunic.Tor.Protocol.Voting.Flags;
using Tunic.Tor.Protocol.Voting.Rounds;
using Tunic.Tor.Protocol.Voting.SharedRandom;
using Tunic.Tor.Protocol.Voting.Uploads;
using Tunic.Tor.Relay.DirectoryCache;

namespace Tunic.Tor.Relay.Authority;

/// <summary>Keeps what an authority remembers, in stock tor's files and formats.</summary>
/// <remarks>One owner.</remarks>
public sealed class AuthorityFiles(IStateStore store)
{
    private const string VotesName = "v3-status-votes";

    private readonly Dictionary<string, byte[]> _unwritten = [];
    private int _savedRandom = -1;

    /// <summary>Reads everything.</summary>
    /// <param name="environment">Keys, times and the store with its documents already loaded.</param>
    /// <param name="cancel">Ends the reading.</param>
    /// <exception cref="CorruptStateException">A file makes no sense; it was not overwritten.</exception>
    /// <exception cref="IOException">A file exists and cannot be read.</exception>
    public async Task<AuthorityState> LoadAsync(AuthorityEnvironment environment, CancellationToken cancel)
    {
        DateTime now = environment.Time.GetUtcNow().UtcDateTime;
        (Consensus Consensus, ReadOnlyMemory<byte> Text)[] consensuses = [.. ReadConsensuses(environment.Store.Current)];
        TimeSpan interval = consensuses.Where(pair => pair.Consensus.IsReasonablyLive(now))
            .Select(pair => pair.Consensus.FreshUntil - pair.Consensus.ValidAfter)
            .FirstOrDefault(environment.Profile.Intervals.Interval);
        string? history = await ReadAsync(StabilityHistoryFile.Name, cancel);
        string? pins = await ReadAsync(KeyPinningJournal.Name, cancel);
        string? random = await ReadAsync(SharedRandomStateFile.Name, cancel);
        string? standings = await ReadAsync(RelayStandings.Name, cancel);
        SharedRandomState? ReadRandom(string text)
        {
            SharedRandomState? Parse(DateTime time) =>
                SharedRandomStateFile.Parse(text, environment.Keys.Certificate.Identity, time, interval, environment.Random);

            return Parse(now) is { } current ? current
                : Parse(DateTime.MinValue) is not null ? null // of a run that has ended
                : throw Corrupt(SharedRandomStateFile.Name, "it is no state of the shared random value");
        }

        return new AuthorityState
        {
            History = history is null ? new StabilityHistory()
                : StabilityHistoryFile.Parse(history, now) ?? throw Corrupt(StabilityHistoryFile.Name, "it is no history of relays in format 2"),
            Pins = KeyPinningJournal.Parse(pins ?? ""),
            SharedRandom = random is null ? null : ReadRandom(random),
            Standings = RelayStandings.Parse(standings ?? ""),
            Shelf = ReadShelf(environment.Store.Current, consensuses),
            Consensuses = consensuses,
        };
    }

    /// <summary>What has changed and must be written. Call it under the authority's lock.</summary>
    /// <param name="authority">The authority.</param>
    /// <param name="actions">What it has just decided.</param>
    /// <param name="now">Wall clock, UTC.</param>
    public IReadOnlyList<(string Name, byte[] Content)> TakeChanges(
        VotingAuthority authority, IReadOnlyCollection<AuthorityAction> actions, DateTime now)
    {
        var changes = new List<(string Name, byte[] Content)>();
        if (authority.SharedRandom.Revision != _savedRandom)
        {
            // After each change, lest a restart forgets our secret or what others committed to.
            _savedRandom = authority.SharedRandom.Revision;
            changes.Add((SharedRandomStateFile.Name, Encoding.UTF8.GetBytes(SharedRandomStateFile.Format(authority.SharedRandom, now))));
        }

        if (authority.Relays.Pins.TryTakeNewLines(out _))
        {
            changes.Add((KeyPinningJournal.Name, Encoding.UTF8.GetBytes(authority.Relays.Pins.Format(now))));
        }

        if (actions.Any(action => action is AuthorityAction.PostVote))
        {
            changes.Add((StabilityHistoryFile.Name, Encoding.UTF8.GetBytes(StabilityHistoryFile.Format(authority.Relays.History, now))));
        }

        if (actions.Any(action => action is AuthorityAction.PostSignatures))
        {
            changes.Add((VotesName, [.. authority.Votes.Pending.SelectMany(vote => vote.Text.ToArray())])); // for people
        }

        return changes;
    }

    /// <summary>Writes what <see cref="TakeChanges"/> gave, and what could not be written before.</summary>
    /// <returns>Why a file cannot be written; it waits for the next call. Null when all are.</returns>
    public async Task<IOException?> WriteAsync(IReadOnlyList<(string Name, byte[] Content)> changes, CancellationToken cancel)
    {
        foreach ((string name, byte[] content) in changes)
        {
            _unwritten[name] = content;
        }

        IOException? first = null;
        foreach ((string name, byte[] content) in _unwritten.ToArray())
        {
            try
            {
                await store.WriteAsync(name, content, cancel);
                _unwritten.Remove(name);
            }
            catch (IOException failure)
            {
                first ??= failure;
            }
        }

        return first;
    }

    private static IEnumerable<(Consensus Consensus, ReadOnlyMemory<byte> Text)> ReadConsensuses(DirectorySnapshot documents)
    {
        foreach (CachedConsensus? cached in new[] { documents.UnflavoredConsensus, documents.MicrodescriptorConsensus })
        {
            if (cached is not null && Consensus.TryParse(cached.Text.Text, out Consensus? consensus, out _))
            {
                yield return (consensus, cached.Text.Text);
            }
        }
    }

    private static DescriptorShelf ReadShelf(
        DirectorySnapshot documents, IEnumerable<(Consensus Consensus, ReadOnlyMemory<byte> Text)> consensuses)
    {
        var shelf = new DescriptorShelf();
        foreach ((Consensus consensus, _) in consensuses.Where(pair => pair.Consensus.Flavor == ConsensusFlavor.Unflavored))
        {
            shelf.OnConsensus(consensus);
        }

        foreach (CachedDescriptor cached in documents.Descriptors.Values.OrderBy(cached => cached.Published))
        {
            if (RouterDescriptor.TryParse(cached.Text, out RouterDescriptor? descriptor, out _))
            {
                shelf.Replace(descriptor);
            }
        }

        foreach (CachedExtraInfo cached in documents.ExtraInfos.Values)
        {
            if (ExtraInfo.TryParse(cached.Text, out ExtraInfo? extraInfo, out _))
            {
                shelf.Keep(extraInfo);
            }
        }

        shelf.TakeNew(); // the store has them
        return shelf;
    }

    private CorruptStateException Corrupt(string name, string complaint) => new(store.Describe(name), complaint, CorruptStateException.Restore);

    private async ValueTask<string?> ReadAsync(string name, CancellationToken cancel) =>
        await store.ReadAsync(name, cancel) is { } content ? Encoding.UTF8.GetString(content) : null;
}
