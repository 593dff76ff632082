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
        LookUpAsync(name, () => inner.ResolveAsync(name, CancellationToken.None), cancel);

    /// <inheritdoc/>
    public Task<NameAnswer> ResolveNameAsync(IPAddress address, CancellationToken cancel) =>
        LookUpAsync($"={address}", () => inner.ResolveNameAsync(address, CancellationToken.None), cancel);

    private Task<NameAnswer> LookUpAsync(string key, Func<Task<NameAnswer>> lookUp, CancellationToken cancel)
    {
        TimeSpan now = time.GetElapsedTime(0);
        Task<NameAnswer> answer;
        lock (_gate)
        {
            if (_entries.TryGetValue(key, out Entry? known) && (!known.Answer.IsCompleted || now < known.ExpiresAt))
            {
                answer = known.Answer;
            }
            else
            {
                if (known is not null)
                {
                    Remove(known);
                }

                MakeRoom();
                var entry = new Entry(key);
                _entries.Add(key, entry);
                _pending.AddLast(entry.Place);
                entry.Answer = Task.Run(() => LookUpAsync(entry, lookUp), CancellationToken.None);
                answer = entry.Answer;
            }
        }

        return answer.WaitAsync(cancel);
    }

    private async Task<NameAnswer> LookUpAsync(Entry entry, Func<Task<NameAnswer>> lookUp)
    {
        NameAnswer answer = await lookUp();
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
            entry.ExpiresAt = time.GetElapsedTime(0) + (answer.IsFound ? answer.TimeToLive : _failure);
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
    }
}
