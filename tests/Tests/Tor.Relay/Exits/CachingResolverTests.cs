using System.Net;
using Tunic.Primitives.Time;
using Tunic.Tests.TorRelay.Support;
using Tunic.Tor.Relay.Exits;

namespace Tunic.Tests.TorRelay.Exits;

public sealed class CachingResolverTests
{
    private readonly TestClock _clock = new();
    private readonly CountingResolver _inner = new();

    [Fact]
    public async Task All_who_ask_for_a_name_while_it_is_looked_up_wait_for_one_answer()
    {
        CachingResolver cache = Create(10);
        var answer = new TaskCompletionSource<NameAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        _inner.Answer = _ => answer.Task;

        Task<NameAnswer> first = cache.ResolveAsync("a", CancellationToken.None);
        Task<NameAnswer> second = cache.ResolveAsync("a", CancellationToken.None);
        answer.SetResult(Found(TimeSpan.Zero));

        Assert.Equal(await first, await second);
        Assert.Equal(1, _inner.Count);
    }

    [Fact]
    public async Task A_full_cache_drops_the_answer_that_expires_first()
    {
        CachingResolver cache = Create(3);
        await ResolveAsync(cache, "long", Found(TimeSpan.FromHours(1)));
        await ResolveAsync(cache, "short", Found(TimeSpan.Zero));
        await ResolveAsync(cache, "failure", NameAnswer.NotFound);

        foreach (string dropped in new[] { "failure", "short" })
        {
            await ResolveAsync(cache, $"new, for {dropped}", Found(TimeSpan.FromHours(1)));
            Assert.Equal(3, cache.Count);
            int before = _inner.Count;
            await ResolveAsync(cache, "long", NameAnswer.NotFound);
            Assert.Equal(before, _inner.Count);
        }

        await ResolveAsync(cache, "short", NameAnswer.NotFound);
        Assert.Equal(6, _inner.Count);
    }

    [Fact]
    public async Task An_answer_is_asked_for_again_when_it_has_expired_and_takes_no_second_place()
    {
        CachingResolver cache = Create(2);
        for (int i = 1; i <= 3; i++)
        {
            await ResolveAsync(cache, "failure", NameAnswer.NotFound);
            _clock.Advance(TimeSpan.FromMinutes(1) - TimeSpan.FromTicks(1));
            await ResolveAsync(cache, "failure", NameAnswer.NotFound);
            _clock.Advance(TimeSpan.FromTicks(1));

            Assert.Equal((i, 1), (_inner.Count, cache.Count));
        }
    }

    [Fact]
    public async Task A_full_cache_of_lookups_under_way_drops_the_oldest_and_its_answer_still_arrives()
    {
        CachingResolver cache = Create(2);
        var answer = new TaskCompletionSource<NameAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        _inner.Answer = _ => answer.Task;

        Task<NameAnswer>[] lookups = [.. new[] { "a", "b", "c" }.Select(name => cache.ResolveAsync(name, CancellationToken.None))];
        Assert.Equal(2, cache.Count);
        answer.SetResult(Found(TimeSpan.Zero));

        Assert.All(await Task.WhenAll(lookups), found => Assert.True(found.IsFound));
        Assert.Equal(2, cache.Count);
    }

    [Fact]
    public async Task That_nobody_could_be_asked_is_not_remembered()
    {
        CachingResolver cache = Create(2);
        await ResolveAsync(cache, "a", NameAnswer.NotAsked);

        Assert.True((await ResolveAsync(cache, "a", Found(TimeSpan.Zero))).IsFound);
    }

    [Fact]
    public async Task A_lookup_is_given_up_when_all_who_wait_for_it_have_gone()
    {
        CachingResolver cache = Create(2);
        CancellationToken limit = default;
        var started = new TaskCompletionSource();
        _inner.AnswerUntil = async cancel =>
        {
            limit = cancel;
            started.SetResult();
            await Task.Delay(Timeout.Infinite, cancel);
            return NameAnswer.NotFound;
        };
        using var first = new CancellationTokenSource();
        using var second = new CancellationTokenSource();
        Task<NameAnswer>[] lookups = [cache.ResolveAsync("a", first.Token), cache.ResolveAsync("a", second.Token)];
        await started.Task;

        await first.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => lookups[0]);
        Assert.False(limit.IsCancellationRequested);
        await second.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => lookups[1]);

        Assert.True(limit.IsCancellationRequested);
        Assert.Equal(0, cache.Count);
        _inner.AnswerUntil = null;
        Assert.True((await ResolveAsync(cache, "a", Found(TimeSpan.Zero))).IsFound);
    }

    [Fact]
    public async Task A_miss_costs_the_same_however_many_names_are_remembered()
    {
        const int Capacity = 60_000;
        CachingResolver cache = Create(Capacity);
        _inner.Answer = _ => Task.FromResult(Found(TimeSpan.FromHours(1)));
        for (int i = 0; i < Capacity; i++)
        {
            await cache.ResolveAsync($"{i}", CancellationToken.None);
        }

        // To look at every name for every miss would be some 10^10 looks.
        Task missing = Task.Run(async () =>
        {
            for (int i = Capacity; i < 4 * Capacity; i++)
            {
                await cache.ResolveAsync($"{i}", CancellationToken.None);
            }
        });

        await missing.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(Capacity, cache.Count);
    }

    private static NameAnswer Found(TimeSpan timeToLive) => new() { IPv4 = IPAddress.Loopback, TimeToLive = timeToLive };

    private CachingResolver Create(int capacity) => new(_inner, capacity, new SeededRandomSource(1), _clock);

    private Task<NameAnswer> ResolveAsync(CachingResolver cache, string name, NameAnswer answer)
    {
        _inner.Answer = _ => Task.FromResult(answer);
        return cache.ResolveAsync(name, CancellationToken.None);
    }

    private sealed class CountingResolver : IResolver
    {
        private int _count;

        internal int Count => Volatile.Read(ref _count);

        internal Func<string, Task<NameAnswer>> Answer { get; set; } = _ => Task.FromResult(NameAnswer.NotFound);

        internal Func<CancellationToken, Task<NameAnswer>>? AnswerUntil { get; set; }

        public Task<NameAnswer> ResolveAsync(string name, CancellationToken cancel)
        {
            Interlocked.Increment(ref _count);
            return AnswerUntil?.Invoke(cancel) ?? Answer(name);
        }

        public Task<NameAnswer> ResolveNameAsync(IPAddress address, CancellationToken cancel) => ResolveAsync($"{address}", cancel);
    }
}
