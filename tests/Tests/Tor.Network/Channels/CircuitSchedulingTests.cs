using System.Runtime.CompilerServices;
using Tunic.Tests.TorRelay;
using Tunic.Tor.Network.Channels;
using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.Cells.Queues;

namespace Tunic.Tests.Tor.Network.Channels;

/// <summary>Which circuit's cells leave a channel when, told by the clock alone.</summary>
public sealed class CircuitSchedulingTests
{
    private const int CellLength = 514;

    private readonly ManualTime _time = new(new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc));
    private readonly OutgoingCells _cells;
    private readonly ChannelCircuit _first;
    private readonly ChannelCircuit _second;

    public CircuitSchedulingTests()
    {
        var segments = new CellSegmentPool();
        _cells = new OutgoingCells(CellFormat.Wide, segments, new QueueMemory(segments, QueueMemory.DefaultLimit), new ChannelOptions());
        _first = _cells.CreateCircuit(null!, 1, null!); // no channel: nothing here closes one
        _second = _cells.CreateCircuit(null!, 2, null!);
    }

    [Fact]
    public void Circuits_take_turns_of_a_few_cells()
    {
        Queue(_first, 20);
        Queue(_second, 20);

        Assert.Equal([1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2], Take(16));
    }

    [Fact]
    public void A_paused_circuit_waits_while_others_go_on()
    {
        Queue(_first, 3);
        Queue(_second, 2);
        _cells.SetPaused(_first, isPaused: true);
        Queue(_first, 1);

        Assert.Equal([2, 2], Take(100));
        Assert.Equal(4, _cells.Count);

        _cells.SetPaused(_first, isPaused: false);

        Assert.Equal([1, 1, 1, 1], Take(100));
    }

    [Fact]
    public void A_limited_circuit_gets_the_rate_of_its_bucket_and_others_all_they_want()
    {
        const int CellsPerSecond = 50;
        Limit(_first, CellsPerSecond * CellLength, burst: 10 * CellLength);
        Queue(_first, 2_000);

        int limited = 0;
        int other = 0;
        for (int tick = 0; tick < 1_000; tick++) // 10 s
        {
            Queue(_second, 5);
            List<uint> sent = Take(100);
            limited += sent.Count(id => id == 1);
            other += sent.Count(id => id == 2);
            _time.Advance(TimeSpan.FromMilliseconds(10));
        }

        Assert.InRange(limited, 10 * CellsPerSecond, (10 * CellsPerSecond) + 10 + 8); // the burst, and one turn beyond it
        Assert.Equal(5_000, other);
    }

    [Fact]
    public void A_limit_that_is_taken_away_lets_all_go_at_once()
    {
        Limit(_first, CellLength, CellLength);
        Queue(_first, 100);
        Assert.Equal(8, Take(200).Count);
        Assert.Empty(Take(200));

        _cells.SetRate(_first, null);

        Assert.Equal(92, Take(200).Count);
        Assert.Equal(0, _time.Waiting);
    }

    /// <summary>A peer that does not read must not be able to keep them all.</summary>
    [Fact]
    public void Circuits_that_have_ended_are_let_go_of_though_nothing_is_sent()
    {
        WeakReference[] ended = [.. Enumerable.Range(10, 50).Select(QueueAndDrop)];

        GC.Collect();

        Assert.DoesNotContain(ended, circuit => circuit.IsAlive);
        Assert.Empty(Take(100));
    }

    [Fact]
    public void A_circuit_that_ends_takes_its_clock_with_it()
    {
        Limit(_first, CellLength, CellLength);
        Queue(_first, 100);
        Take(200);
        Assert.Equal(1, _time.Waiting);

        _cells.Drop(_first);

        Assert.Equal(0, _time.Waiting);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private WeakReference QueueAndDrop(int id)
    {
        ChannelCircuit circuit = _cells.CreateCircuit(null!, (uint)id, null!);
        Queue(circuit, 1);
        _cells.Drop(circuit);
        return new WeakReference(circuit);
    }

    private void Limit(ChannelCircuit circuit, long rate, long burst) =>
        _cells.SetRate(circuit, new CircuitRate(rate, burst, _time, () => _cells.OnRateFilled(circuit)));

    private void Queue(ChannelCircuit circuit, int count)
    {
        for (int i = 0; i < count; i++)
        {
            _cells.Enqueue(circuit, CellCommand.Relay, [], TimeSpan.Zero);
        }
    }

    /// <summary>The circuit ids of the cells that leave, at most so many.</summary>
    private List<uint> Take(int most)
    {
        var buffer = new byte[most * CellLength];
        int length = _cells.Take(buffer, []);
        var ids = new List<uint>();
        for (int start = 0; start < length; start += CellLength)
        {
            Assert.True(CellFormat.Wide.TryRead(buffer.AsSpan(start), 0, out CellHeader header, out _));
            ids.Add(header.CircuitId);
        }

        return ids;
    }
}
