using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.OnionServices.ProofOfWork;

namespace Tunic.Tests.Tor.Protocol.OnionServices.ProofOfWork;

public sealed class EffortTests
{
    private static readonly TimeSpan _period = ProofOfWorkDefense<int>.UpdateInterval;

    // Stock hs_client.c: at most 10000; after a failure twice as much and at least 8, from 1000 on half as much again.
    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(0, 1, 8)]
    [InlineData(0, 2, 16)]
    [InlineData(3, 1, 8)]
    [InlineData(500, 2, 1500)]
    [InlineData(1001, 1, 1501)]
    [InlineData(9000, 1, 10000)]
    [InlineData(uint.MaxValue, 0, 10000)]
    [InlineData(1, int.MaxValue, 10000)]
    public void A_client_works_as_suggested_and_more_after_failures(uint suggested, int failures, uint expected) =>
        Assert.Equal(expected, ClientEffort.Choose(suggested, failures));

    [Theory]
    [InlineData(0, 0, false)]
    [InlineData(0, 1, true)]
    [InlineData(100, 114, false)]
    [InlineData(100, 116, true)]
    [InlineData(100, 86, false)]
    [InlineData(100, 84, true)]
    public void A_change_of_15_percent_is_published(uint published, uint suggested, bool expected) =>
        Assert.Equal(expected, SuggestedEffort.IsWorthPublishing(published, suggested));

    [Fact]
    public void Effort_rises_while_requests_wait_and_falls_when_none_does()
    {
        ProofOfWorkDefense<int> defense = Create();
        for (int i = 0; i < 40; i++)
        {
            defense.Add(i, 0, TimeSpan.Zero);
        }

        Assert.True(defense.TryTake(0, TimeSpan.Zero, out _));
        Update(defense, 1);
        Assert.Equal(1u, defense.SuggestedEffort);

        // The average effort of those that were answered, where it is more than one more.
        for (int i = 0; i < 40; i++)
        {
            defense.Add(i, 30, _period);
        }

        for (int i = 0; i < 20; i++)
        {
            Assert.True(defense.TryTake(0, _period, out _));
        }

        Update(defense, 2);
        Assert.Equal(60u, defense.SuggestedEffort);

        while (defense.TryTake(0, 2 * _period, out _))
        {
        }

        Update(defense, 3);
        Assert.Equal(40u, defense.SuggestedEffort);
        Update(defense, 4);
        Assert.Equal(26u, defense.SuggestedEffort);
    }

    [Fact]
    public void Effort_stays_while_only_cheap_requests_wait()
    {
        ProofOfWorkDefense<int> defense = Create();
        Fill(defense, 30, TimeSpan.Zero);
        Assert.True(defense.TryTake(0, TimeSpan.Zero, out _));
        Update(defense, 1);
        Assert.Equal(1200u, defense.SuggestedEffort);
        while (defense.TryTake(0, _period, out _))
        {
        }

        Fill(defense, 5, _period);
        Assert.True(defense.TryTake(0, _period, out _));
        Update(defense, 2);
        Assert.Equal(1200u, defense.SuggestedEffort);
    }

    [Fact]
    public void Effort_rises_when_better_requests_had_to_be_discarded()
    {
        ProofOfWorkDefense<int> defense = Create(new RendezvousQueueOptions { Rate = 1, Burst = 1 });
        for (int i = 0; i < 61; i++)
        {
            defense.Add(i, 5, TimeSpan.Zero);
        }

        Assert.Equal(30, defense.QueueLength);
        Update(defense, 1);
        Assert.Equal(1u, defense.SuggestedEffort);
    }

    [Fact]
    public void The_descriptor_is_published_again_for_a_new_seed()
    {
        ProofOfWorkDefense<int> defense = Create();
        DateTime expires = defense.Seeds.ExpiresAt;
        Assert.False(defense.Update(expires.AddSeconds(-1), TimeSpan.Zero));
        Assert.True(defense.Update(expires, TimeSpan.Zero));
        Assert.False(defense.Update(expires, TimeSpan.Zero));
    }

    private static void Fill(ProofOfWorkDefense<int> defense, uint effort, TimeSpan now)
    {
        for (int i = 0; i < 40; i++)
        {
            defense.Add(i, effort, now);
        }
    }

    private static void Update(ProofOfWorkDefense<int> defense, int periods) => defense.Update(DateTime.UnixEpoch, periods * _period);

    private static ProofOfWorkDefense<int> Create(RendezvousQueueOptions? options = null) =>
        new(options ?? new RendezvousQueueOptions { Rate = 0 }, new SeededRandomSource(1), DateTime.UnixEpoch, TimeSpan.Zero);
}
