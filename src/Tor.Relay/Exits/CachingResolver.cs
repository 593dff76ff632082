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
                MakeRoom(now);
                var entry = new Entry();
                entry.Answer = Task.Run(() => LookUpAsync(entry, lookUp), CancellationToken.None);
                _entries[key] = entry;
                answer = entry.Answer;
            }
        }

        return answer.WaitAsync(cancel);
    }

    private async Task<NameAnswer> LookUpAsync(Entry entry, Func<Task<NameAnswer>> lookUp)
    {
        NameAnswer answer = await lookUp();
        if (answer.IsFound)
        {
            TimeSpan clipped = answer.TimeToLive < _shortest ? _shortest : _longest;
            answer = answer with { TimeToLive = clipped + TimeSpan.FromSeconds(random.NextInt32((2 * FuzzSeconds) + 1) - FuzzSeconds) };
        }

        entry.ExpiresAt = time.GetElapsedTime(0) + (answer.IsFound ? answer.TimeToLive : _failure);
        return answer;
    }

    /// <summary>Drops what has expired, and if that is not enough, whatever comes first.</summary>
    private void MakeRoom(TimeSpan now)
    {
        if (_entries.Count < capacity)
        {
            return;
        }

        foreach ((string key, Entry entry) in _entries)
        {
            if (entry.Answer.IsCompleted && entry.ExpiresAt <= now)
            {
                _entries.Remove(key);
            }
        }

        while (_entries.Count >= capacity)
        {
            _entries.Remove(_entries.Keys.First());
        }
    }

    private sealed class Entry
    {
        public Task<NameAnswer> Answer { get; set; } = null!;

        public TimeSpan ExpiresAt { get; set; }
    }
}
