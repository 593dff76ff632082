using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.Cells.Queues;

namespace Tunic.Tests.Tor.Protocol.Cells.Queues;

public sealed class CellQueueTests
{
    [Fact]
    public void Cells_come_out_whole_in_order_and_without_gaps()
    {
        var queue = new CellQueue(new CellSegmentPool());
        for (int i = 0; i < 100; i++)
        {
            queue.Enqueue(MakeCell(i, 514), TimeSpan.FromSeconds(i));
        }

        var output = new byte[40 * 514];
        Assert.Equal(40, queue.DequeueTo(output, 1000));
        Assert.Equal(Enumerable.Range(0, 40).SelectMany(i => MakeCell(i, 514)), output);
        Assert.Equal(60, queue.Count);
        Assert.Equal(TimeSpan.FromSeconds(40), queue.OldestEnqueued);
    }

    [Fact]
    public void Only_whole_cells_and_no_more_than_asked_for_are_moved()
    {
        var queue = new CellQueue(new CellSegmentPool());
        for (int i = 0; i < 3; i++)
        {
            queue.Enqueue(MakeCell(i, 514), TimeSpan.Zero);
        }

        var output = new byte[(2 * 514) + 513];
        Assert.Equal(0, queue.DequeueTo(output.AsSpan(0, 513), 10));
        Assert.Equal(0, queue.DequeueTo(output, 0));
        Assert.Equal(1, queue.DequeueTo(output, 1));
        Assert.Equal(2, queue.DequeueTo(output, 10));
        Assert.Equal(MakeCell(2, 514), output[514..1028]);
        Assert.Equal(new byte[513], output[1028..]);
        Assert.Equal(0, queue.DequeueTo(output, 10));
    }

    [Fact]
    public void An_appended_cell_is_filled_in_place()
    {
        var queue = new CellQueue(new CellSegmentPool(), cellLength: 512);

        Span<byte> slot = queue.Append(TimeSpan.FromSeconds(9));
        MakeCell(77, 512).CopyTo(slot);

        var output = new byte[512];
        Assert.Equal(512, slot.Length);
        Assert.Equal(TimeSpan.FromSeconds(9), queue.OldestEnqueued);
        Assert.Equal(1, queue.DequeueTo(output, 1));
        Assert.Equal(MakeCell(77, 512), output);
    }

    [Fact]
    public void A_cell_of_another_length_is_refused()
    {
        var queue = new CellQueue(new CellSegmentPool());

        Assert.Throws<ArgumentException>(() => queue.Enqueue(new byte[512], TimeSpan.Zero));
        Assert.Equal(0, queue.Count);
        Assert.Throws<ArgumentOutOfRangeException>(() => new CellQueue(new CellSegmentPool(), 515));
        Assert.Throws<ArgumentOutOfRangeException>(() => new CellQueue(new CellSegmentPool(), 0));
    }

    [Fact]
    public void A_drained_queue_gives_its_memory_back()
    {
        var pool = new CellSegmentPool();
        var queue = new CellQueue(pool);
        Fill(queue, 33);
        Assert.Equal(2, pool.SegmentsInUse);
        Assert.True(pool.BytesInUse > 2 * 32 * 514);

        queue.DequeueTo(new byte[32 * 514], 32);
        Assert.Equal((1, 1), (pool.SegmentsInUse, pool.FreeSegments));
        queue.DequeueTo(new byte[514], 1);
        Assert.Equal((0, 2), (pool.SegmentsInUse, pool.FreeSegments));
        Assert.Null(queue.OldestEnqueued);
    }

    [Fact]
    public void Clear_gives_all_memory_back_and_the_queue_goes_on()
    {
        var pool = new CellSegmentPool();
        var queue = new CellQueue(pool);
        Fill(queue, 100);

        queue.Clear();
        queue.Clear();

        Assert.Equal((0, 0), (queue.Count, pool.SegmentsInUse));
        Assert.Null(queue.OldestEnqueued);
        queue.Enqueue(MakeCell(5, 514), TimeSpan.Zero);
        var output = new byte[514];
        Assert.Equal(1, queue.DequeueTo(output, 1));
        Assert.Equal(MakeCell(5, 514), output);
    }

    [Fact]
    public void The_pool_keeps_no_more_unused_segments_than_it_may()
    {
        var pool = new CellSegmentPool(maxFreeSegments: 2);
        var queue = new CellQueue(pool);
        Fill(queue, 5 * 32);

        queue.Clear();

        Assert.Equal((0, 2), (pool.SegmentsInUse, pool.FreeSegments));
        Assert.True(pool.FreeBytes > 2 * 32 * 514);
    }

    [Fact]
    public void Queues_that_share_a_pool_do_not_mix_their_cells()
    {
        var random = new SeededRandomSource(21);
        var pool = new CellSegmentPool(maxFreeSegments: 3);
        CellQueue[] queues = [new(pool), new(pool, 512), new(pool)];
        var expected = queues.Select(_ => new Queue<(int Number, TimeSpan Time)>()).ToArray();
        var output = new byte[50 * 514];
        for (int step = 0; step < 5000; step++)
        {
            int index = random.NextInt32(queues.Length);
            CellQueue queue = queues[index];
            if (random.NextInt32(2) == 0)
            {
                int count = random.NextInt32(40);
                for (int i = 0; i < count; i++)
                {
                    queue.Enqueue(MakeCell(step + i, queue.CellLength), TimeSpan.FromTicks(step));
                    expected[index].Enqueue((step + i, TimeSpan.FromTicks(step)));
                }
            }
            else
            {
                int moved = queue.DequeueTo(output, random.NextInt32(50));
                for (int i = 0; i < moved; i++)
                {
                    byte[] cell = MakeCell(expected[index].Dequeue().Number, queue.CellLength);
                    Assert.Equal(cell, output.AsSpan(i * cell.Length, cell.Length));
                }
            }

            Assert.Equal(expected[index].Count, queue.Count);
            Assert.Equal(expected[index].TryPeek(out var oldest) ? oldest.Time : null, queue.OldestEnqueued);
        }
    }

    [Fact]
    public void A_queue_in_steady_state_allocates_nothing()
    {
        var queue = new CellQueue(new CellSegmentPool());
        var cells = new byte[70 * 514];
        Cycle(queue, cells, 10);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Cycle(queue, cells, 1000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static void Cycle(CellQueue queue, byte[] cells, int count)
    {
        for (int i = 0; i < count; i++)
        {
            for (int cell = 0; cell < 70; cell++)
            {
                queue.Enqueue(cells.AsSpan(cell * 514, 514), TimeSpan.FromTicks(cell));
            }

            _ = queue.OldestEnqueued;
            queue.DequeueTo(cells, 33);
            queue.DequeueTo(cells, 70);
            queue.Append(TimeSpan.Zero).Fill(1);
            queue.Clear();
        }
    }

    private static void Fill(CellQueue queue, int count)
    {
        for (int i = 0; i < count; i++)
        {
            queue.Enqueue(MakeCell(i, queue.CellLength), TimeSpan.Zero);
        }
    }

    private static byte[] MakeCell(int number, int length)
    {
        var cell = new byte[length];
        new SeededRandomSource((ulong)number).Fill(cell.AsSpan(0, 32));
        cell[^1] = (byte)number;
        return cell;
    }
}
