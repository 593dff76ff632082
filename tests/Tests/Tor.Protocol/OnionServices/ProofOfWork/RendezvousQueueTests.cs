using Tunic.Tor.Protocol.OnionServices.ProofOfWork;

namespace Tunic.Tests.Tor.Protocol.OnionServices.ProofOfWork;

public sealed class RendezvousQueueTests
{
    private static readonly RendezvousQueueOptions _unlimited = new() { Rate = 0 };

    [Fact]
    public void Most_effort_comes_first_then_the_oldest()
    {
        var queue = new RendezvousQueue<string>(_unlimited, TimeSpan.Zero);
        queue.Add("a", 1, TimeSpan.Zero);
        queue.Add("b", 5, TimeSpan.Zero);
        queue.Add("c", 1, TimeSpan.Zero);
        queue.Add("d", uint.MaxValue, TimeSpan.Zero);
        Assert.Equal(["d", "b", "a", "c"], TakeAll(queue, TimeSpan.Zero));
    }

    [Fact]
    public void A_request_waits_no_longer_than_15_seconds()
    {
        var queue = new RendezvousQueue<string>(_unlimited, TimeSpan.Zero);
        queue.Add("old", 9, TimeSpan.Zero);
        queue.Add("new", 1, TimeSpan.FromSeconds(1));
        Assert.Equal(["new"], TakeAll(queue, TimeSpan.FromSeconds(15.5)));
    }

    [Fact]
    public void Low_effort_waits_while_many_are_in_progress()
    {
        var queue = new RendezvousQueue<string>(_unlimited, TimeSpan.Zero);
        queue.Add("low", 4, TimeSpan.Zero);
        Assert.False(queue.TryTake(16, 5, TimeSpan.Zero, out _));
        queue.Add("high", 5, TimeSpan.Zero);
        Assert.True(queue.TryTake(16, 5, TimeSpan.Zero, out string? request));
        Assert.Equal("high", request);
        Assert.True(queue.TryTake(15, 5, TimeSpan.Zero, out request));
        Assert.Equal("low", request);
    }

    [Fact]
    public void No_more_are_taken_than_burst_and_rate_allow()
    {
        var queue = new RendezvousQueue<int>(new RendezvousQueueOptions { Rate = 2, Burst = 3 }, TimeSpan.Zero);
        for (int i = 0; i < 10; i++)
        {
            queue.Add(i, 1, TimeSpan.Zero);
        }

        Assert.Equal([0, 1, 2], TakeAll(queue, TimeSpan.Zero));
        Assert.Empty(TakeAll(queue, TimeSpan.FromSeconds(0.4)));
        Assert.Equal([3, 4], TakeAll(queue, TimeSpan.FromSeconds(1)));
        Assert.Equal([5, 6, 7], TakeAll(queue, TimeSpan.FromSeconds(9)));
    }

    [Fact]
    public void A_full_queue_loses_its_lower_half()
    {
        var options = new RendezvousQueueOptions { Rate = 1, Burst = 20 };
        Assert.Equal(80, options.HighLevel);
        var queue = new RendezvousQueue<int>(options, TimeSpan.Zero);
        for (int i = 0; i < 79; i++)
        {
            queue.Add(i, (uint)i, TimeSpan.Zero);
        }

        Assert.Equal(79, queue.Count);
        queue.Add(79, 79, TimeSpan.Zero);
        Assert.Equal(40, queue.Count);
        Assert.Equal(79u, queue.TopEffort);
        Assert.Equal(39u, queue.MaxTrimmedEffort);
    }

    [Fact]
    public void Trimming_drops_the_old_first()
    {
        var queue = new RendezvousQueue<int>(new RendezvousQueueOptions { Rate = 1, Burst = 2 }, TimeSpan.Zero);
        queue.Add(-1, 1000, TimeSpan.Zero);
        for (int i = 0; i < 61; i++)
        {
            queue.Add(i, 1, TimeSpan.FromSeconds(20));
        }

        Assert.Equal(31, queue.Count);
        Assert.Equal(1u, queue.TopEffort);
        Assert.Equal(1000u, queue.MaxTrimmedEffort);
    }

    // Stock hs_service.c, initialize_pow_defenses.
    [Theory]
    [InlineData(250, 2500, 62, 17500)]
    [InlineData(1, 1, 8, 61)]
    [InlineData(0, 0, 16, 16384)]
    [InlineData(int.MaxValue, int.MaxValue, 536870911, int.MaxValue)]
    public void Levels_follow_from_the_rate(int rate, int burst, int low, int high)
    {
        var options = new RendezvousQueueOptions { Rate = rate, Burst = burst };
        Assert.Equal((low, high), (options.LowLevel, options.HighLevel));
    }

    [Theory]
    [InlineData(-1, 0)]
    [InlineData(2, 1)]
    public void Refuses_a_burst_below_the_rate(int rate, int burst) => Assert.Throws<ArgumentOutOfRangeException>(
        () => new RendezvousQueue<int>(new RendezvousQueueOptions { Rate = rate, Burst = burst }, TimeSpan.Zero));

    private static List<T> TakeAll<T>(RendezvousQueue<T> queue, TimeSpan now)
    {
        var taken = new List<T>();
        while (queue.TryTake(0, 0, now, out T? request))
        {
            taken.Add(request);
        }

        return taken;
    }
}
