using Tunic.Tor.Client.OnionServices.Services;

namespace Tunic.Tests.Tor.Client.OnionServices.Services;

public sealed class ReplayCacheTests
{
    [Fact]
    public void Without_a_horizon_everything_is_remembered_until_it_is_full_and_then_nothing_is_new()
    {
        var cache = new ReplayCache(2, Timeout.InfiniteTimeSpan);

        Assert.True(cache.TryAdd([1], TimeSpan.Zero));
        Assert.False(cache.TryAdd([1], TimeSpan.FromDays(100)));
        Assert.False(cache.IsFull);
        Assert.True(cache.TryAdd([2], TimeSpan.FromDays(100)));
        Assert.True(cache.IsFull);
        Assert.False(cache.TryAdd([3], TimeSpan.FromDays(100)));
    }

    [Fact]
    public void With_a_horizon_an_entry_is_remembered_that_long_and_no_more_than_twice_that_long()
    {
        TimeSpan horizon = TimeSpan.FromMinutes(5);
        var cache = new ReplayCache(100, horizon);

        Assert.True(cache.TryAdd([1], horizon));
        Assert.False(cache.TryAdd([1], 2 * horizon));
        Assert.True(cache.TryAdd([1], 4 * horizon));
    }

    [Fact]
    public void With_a_horizon_it_is_never_full_and_never_holds_more_than_its_capacity()
    {
        var cache = new ReplayCache(10, TimeSpan.FromMinutes(5));

        Assert.All(Enumerable.Range(0, 100), number => Assert.True(cache.TryAdd([(byte)number], TimeSpan.Zero)));
        Assert.False(cache.TryAdd([99], TimeSpan.Zero));
        Assert.True(cache.TryAdd([0], TimeSpan.Zero));
    }
}
