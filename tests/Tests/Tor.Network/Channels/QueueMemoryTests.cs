using Tunic.Tor.Network.Channels;
using Tunic.Tor.Protocol.Cells.Queues;

namespace Tunic.Tests.Tor.Network.Channels;

public sealed class QueueMemoryTests
{
    private const int Limit = 1_000;

    private readonly QueueMemory _memory = new(new CellSegmentPool(), Limit);

    [Fact]
    public void Memory_at_its_limit_is_left_alone()
    {
        Owner owner = Hold(Limit, since: 1);

        Assert.False(_memory.CheckSize());
        _memory.Reclaim();

        Assert.Equal(0, owner.Closed);
        Assert.Equal(0, owner.Looks);
    }

    [Fact]
    public void Beyond_the_limit_the_oldest_are_closed_until_a_tenth_is_free()
    {
        Owner newest = Hold(400, since: 3);
        Owner oldest = Hold(50, since: 1);
        Owner second = Hold(100, since: 2);
        Owner empty = Hold(0, since: null);
        Hold(451, since: 4);

        Assert.True(_memory.CheckSize());
        _memory.Reclaim();

        Assert.Equal((1, 1, 0, 0), (oldest.Closed, second.Closed, newest.Closed, empty.Closed));
        Assert.Equal(851, _memory.BytesInUse);
        Assert.Equal(2, _memory.Victims);
    }

    [Fact]
    public void Whoever_has_left_is_not_closed()
    {
        Owner gone = Hold(600, since: 1);
        Owner there = Hold(600, since: 2);
        _memory.Remove(gone);

        _memory.Reclaim();

        Assert.Equal((0, 1), (gone.Closed, there.Closed));
    }

    [Fact]
    public void Memory_that_nobody_gives_up_is_looked_for_once_per_tenth_of_the_limit_and_not_once_per_cell()
    {
        _memory.OnBuffered(2 * Limit);
        Owner empty = Hold(0, since: null);

        for (int i = 0; i < Limit; i++)
        {
            _memory.OnBuffered(1);
            if (_memory.CheckSize())
            {
                _memory.Reclaim();
            }
        }

        Assert.InRange(empty.Looks, 1, 10);
    }

    /// <summary>Stock looks again at each cell; here a tenth of the limit more is allowed, but never for good.</summary>
    [Theory]
    [InlineData(Limit)]
    [InlineData(Limit + 1)]
    public void Once_some_of_the_memory_that_nobody_gave_up_is_free_again_the_limit_is_watched_from_there(int left)
    {
        _memory.OnBuffered(2 * Limit);
        _memory.Reclaim();
        Assert.False(_memory.CheckSize()); // nobody gives up

        _memory.OnBuffered(left - (2 * Limit));
        Assert.False(_memory.CheckSize());
        Owner late = Hold(left == Limit ? 1 : (Limit / 10) + 1, since: 1);

        Assert.True(_memory.CheckSize());
        _memory.Reclaim();
        Assert.Equal(1, late.Closed);
    }

    private Owner Hold(int bytes, int? since)
    {
        var owner = new Owner(_memory, bytes, since);
        _memory.OnBuffered(bytes);
        _memory.Add(owner);
        return owner;
    }

    private sealed class Owner(QueueMemory memory, int bytes, int? since) : IQueueOwner
    {
        internal int Looks { get; private set; }

        internal int Closed { get; private set; }

        public TimeSpan? OldestQueued
        {
            get
            {
                Looks++;
                return since is { } seconds ? TimeSpan.FromSeconds(seconds) : null;
            }
        }

        public void GiveUp()
        {
            Closed++;
            memory.OnBuffered(-bytes);
        }
    }
}
