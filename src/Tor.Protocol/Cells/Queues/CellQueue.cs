namespace Tunic.Tor.Protocol.Cells.Queues;

/// <summary>The whole cells that wait for one link on behalf of one circuit, first in, first out. Allocates nothing as long as the
/// pool has segments.</summary>
/// <remarks>Not thread-safe. An empty queue holds no memory but its own few bytes; whoever drops one that is not empty calls
/// <see cref="Clear"/> first. No limit on its length: the owner looks at <see cref="Count"/>.</remarks>
public sealed class CellQueue
{
    private readonly CellSegmentPool _pool;
    private CellSegment? _first;
    private CellSegment? _last;

    /// <summary>An empty queue.</summary>
    /// <param name="pool">Where its memory comes from and goes back to.</param>
    /// <param name="cellLength">Bytes of each cell: <see cref="CellFormat.FixedCellLength"/> of the link, 512 or 514.</param>
    public CellQueue(CellSegmentPool pool, int cellLength = Cell.FixedLength)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(cellLength, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(cellLength, Cell.FixedLength);
        _pool = pool;
        CellLength = cellLength;
    }

    /// <summary>Bytes of each cell.</summary>
    public int CellLength { get; }

    /// <summary>Cells that wait.</summary>
    public int Count { get; private set; }

    /// <summary>When the cell that has waited longest was appended; null when there is none. Under memory pressure the circuit with
    /// the smallest value is closed.</summary>
    public TimeSpan? OldestEnqueued => _first is { } first ? first.Times[first.Start] : null;

    /// <summary>Adds a cell and returns it for the caller to fill, all of it, before he does anything else with the queue: it still
    /// holds bytes of some earlier cell.</summary>
    /// <param name="now">Monotonic time.</param>
    public Span<byte> Append(TimeSpan now)
    {
        if (_last is null || _last.End == CellSegment.Capacity)
        {
            AddSegment();
        }

        CellSegment segment = _last!;
        segment.Times[segment.End] = now;
        Span<byte> cell = segment.Bytes.AsSpan(segment.End * CellLength, CellLength);
        segment.End++;
        Count++;
        return cell;
    }

    /// <summary>Adds a copy of <paramref name="cell"/>.</summary>
    /// <param name="cell">A whole cell, <see cref="CellLength"/> bytes.</param>
    /// <param name="now">Monotonic time.</param>
    /// <exception cref="ArgumentException">The cell has another length.</exception>
    public void Enqueue(ReadOnlySpan<byte> cell, TimeSpan now)
    {
        if (cell.Length != CellLength)
        {
            throw new ArgumentException($"a cell of this queue has {CellLength} bytes, not {cell.Length}", nameof(cell));
        }

        cell.CopyTo(Append(now));
    }

    /// <summary>Moves the oldest cells to the front of <paramref name="destination"/>, without gaps between them.</summary>
    /// <param name="destination">Only whole cells are written; what is too short for one gets none.</param>
    /// <param name="maxCells">Most cells to move.</param>
    /// <returns>Cells moved; <see cref="CellLength"/> bytes each.</returns>
    public int DequeueTo(Span<byte> destination, int maxCells)
    {
        int wanted = Math.Min(Math.Min(maxCells, Count), destination.Length / CellLength);
        int moved = 0;
        while (moved < wanted)
        {
            CellSegment segment = _first!;
            int count = Math.Min(wanted - moved, segment.End - segment.Start);
            segment.Bytes.AsSpan(segment.Start * CellLength, count * CellLength).CopyTo(destination[(moved * CellLength)..]);
            segment.Start += count;
            moved += count;
            if (segment.Start == segment.End)
            {
                RemoveFirstSegment();
            }
        }

        Count -= moved;
        return moved;
    }

    /// <summary>Drops all cells and gives the memory back. The queue can be used again.</summary>
    public void Clear()
    {
        while (_first is not null)
        {
            RemoveFirstSegment();
        }

        Count = 0;
    }

    private void AddSegment()
    {
        CellSegment segment = _pool.Rent();
        if (_last is null)
        {
            _first = segment;
        }
        else
        {
            _last.Next = segment;
        }

        _last = segment;
    }

    private void RemoveFirstSegment()
    {
        CellSegment segment = _first!;
        _first = segment.Next;
        if (_first is null)
        {
            _last = null;
        }

        _pool.Return(segment);
    }
}
