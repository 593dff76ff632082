using System.Net;
using Tunic.Primitives.Time;

namespace Tunic.Tor.Relay.Exits;

/// <summary>
/// Remembers answers, and lets all who ask for the same name wait for one lookup. Times to live become one of two values, give or take
/// some minutes, so that a cache tells little about who asked when (stock clip_dns_fuzzy_ttl).
/// </summary>
/// <remarks>Thread safe.</remarks>
/// <param name="inner">Who is asked.</param>
/// <param name="capacity">Names remembered at most.</param>
/// <param name="random">For the minutes.</param>
/// <param name="time">The clock.</param>
public sealed class CachingResolver(IResolver inner, int capacity, RandomSource random, TimeProvider time) : IResolver
{
    private const int FuzzSeconds = 4 * 60;

    private static readonly TimeSpan _shortest = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan _longest = TimeSpan.FromMinutes(60);
    private static readonly TimeSpan _failure = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Entry> _entries = [];

    // One list per lifetime, in the order of the answers: so the first of each is the one of it that expires first, fuzz apart.
    private readonly LinkedList<Entry> _pending = new();
    private readonly LinkedList<Entry> _failures = new();
    private readonly LinkedList<Entry> _shortLived = new();
    private readonly LinkedList<Entry> _longLived = new();

    /// <summary>Names remembered now.</summary>
    internal int Count
    {
        get
        {
            lock (_gate)
            {
                return _entries.Count;
            }
        }
    }

    /// <inheritdoc/>
    public Task<NameAnswer> ResolveAsync(string name, CancellationToken cancel) =>
        LookUpAsync(name, limit => inner.ResolveAsync(name, limit), cancel);

    /// <inheritdoc/>
    public Task<NameAnswer> ResolveNameAsync(IPAddress address, CancellationToken cancel) =>
        LookUpAsync($"={address}", limit => inner.ResolveNameAsync(address, limit), cancel);

    private async Task<NameAnswer> LookUpAsync(string key, Func<CancellationToken, Task<NameAnswer>> lookUp, CancellationToken cancel)
    {
        Entry entry = Enter(key, lookUp);
        try
        {
            return await entry.Answer.WaitAsync(cancel);
        }
        finally
        {
            Leave(entry);
        }
    }

    /// <summary>Joins those who wait for a name, or begins its lookup.</summary>
    private Entry Enter(string key, Func<CancellationToken, Task<NameAnswer>> lookUp)
    {
        TimeSpan now = time.GetElapsedTime(0);
        lock (_gate)
        {
            if (!_entries.TryGetValue(key, out Entry? entry) || (entry.Answer.IsCompleted && now >= entry.ExpiresAt))
            {
                if (entry is not null)
                {
                    Remove(entry);
                }

                MakeRoom();
                Entry added = entry = new Entry(key);
                _entries.Add(key, added);
                _pending.AddLast(added.Place);
                added.Answer = Task.Run(() => LookUpAsync(added, lookUp), CancellationToken.None);
            }

            entry.Waiting++;
            return entry;
        }
    }

    /// <summary>One asker goes. A lookup that nobody waits for any more is given up, and not remembered: else who goes away could leave any number behind.</summary>
    private void Leave(Entry entry)
    {
        lock (_gate)
        {
            if (--entry.Waiting > 0 || entry.Answer.IsCompleted)
            {
                return;
            }

            if (entry.Place.List is not null)
            {
                Remove(entry);
            }
        }

        entry.GiveUp.Cancel();
    }

    private async Task<NameAnswer> LookUpAsync(Entry entry, Func<CancellationToken, Task<NameAnswer>> lookUp)
    {
        NameAnswer answer;
        try
        {
            answer = await lookUp(entry.GiveUp.Token);
        }
        catch (OperationCanceledException) when (entry.GiveUp.IsCancellationRequested)
        {
            return NameAnswer.NotAsked; // nobody waits for it
        }

        LinkedList<Entry> list = _failures;
        if (answer.IsFound)
        {
            bool isShort = answer.TimeToLive < _shortest;
            list = isShort ? _shortLived : _longLived;
            TimeSpan clipped = isShort ? _shortest : _longest;
            answer = answer with { TimeToLive = clipped + TimeSpan.FromSeconds(random.NextInt32((2 * FuzzSeconds) + 1) - FuzzSeconds) };
        }

        lock (_gate)
        {
            TimeSpan lifetime = answer.IsFound ? answer.TimeToLive : answer.IsForgotten ? TimeSpan.Zero : _failure;
            entry.ExpiresAt = time.GetElapsedTime(0) + lifetime;
            if (entry.Place.List == _pending)
            {
                _pending.Remove(entry.Place);
                list.AddLast(entry.Place);
            }
        }

        return answer;
    }

    /// <summary>Drops the answers that expire first, or have; when there is none, the lookup that has taken longest.</summary>
    private void MakeRoom()
    {
        while (_entries.Count >= capacity)
        {
            Entry? first = null;
            foreach (LinkedList<Entry> list in (ReadOnlySpan<LinkedList<Entry>>)[_failures, _shortLived, _longLived])
            {
                if (list.First?.Value is { } entry && (first is null || entry.ExpiresAt < first.ExpiresAt))
                {
                    first = entry;
                }
            }

            Remove(first ?? _pending.First!.Value);
        }
    }

    private void Remove(Entry entry)
    {
        _entries.Remove(entry.Key);
        entry.Place.List!.Remove(entry.Place);
    }

    private sealed class Entry
    {
        public Entry(string key)
        {
            Key = key;
            Place = new LinkedListNode<Entry>(this);
        }

        public string Key { get; }

        /// <summary>Its place in the list of its lifetime; in none once it has been dropped.</summary>
        public LinkedListNode<Entry> Place { get; }

        public Task<NameAnswer> Answer { get; set; } = null!;

        public TimeSpan ExpiresAt { get; set; }

        /// <summary>Askers who wait for the answer.</summary>
        public int Waiting { get; set; }

        /// <summary>Ends the lookup.</summary>
        public CancellationTokenSource GiveUp { get; } = new(); // holds no timer, so it needs no dispose
    }
}
