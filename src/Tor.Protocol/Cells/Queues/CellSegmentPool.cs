namespace Tunic.Tor.Protocol.Cells.Queues;

/// <summary>The memory that all cell queues share. Segments are made on demand; a bounded number of unused ones is kept.</summary>
/// <remarks>The one thread-safe class here, so that queues of different shards may share a pool. A queue comes by once per 32
/// cells when it is long and once per cell when it is nearly empty; one pool per shard makes the lock a free one.</remarks>
/// <param name="maxFreeSegments">Unused segments to keep, of about 16.7 kB each. Default 1,024 (17 MB); 0 keeps none.</param>
public sealed class CellSegmentPool(int maxFreeSegments = 1024)
{
    private readonly Lock _gate = new();
    private CellSegment? _free;

    /// <summary>Unused segments that are kept.</summary>
    public int FreeSegments { get; private set; }

    /// <summary>Segments that are in queues now. No limit is enforced here: whoever owns the queues drops the oldest one.</summary>
    public int SegmentsInUse { get; private set; }

    /// <summary>Memory that queues hold now, in bytes.</summary>
    public long BytesInUse => (long)SegmentsInUse * CellSegment.Length;

    /// <summary>Memory of the unused segments, in bytes.</summary>
    public long FreeBytes => (long)FreeSegments * CellSegment.Length;

    internal CellSegment Rent()
    {
        lock (_gate)
        {
            SegmentsInUse++;
            if (_free is not { } segment)
            {
                return new CellSegment();
            }

            _free = segment.Next;
            FreeSegments--;
            segment.Next = null;
            return segment;
        }
    }

    internal void Return(CellSegment segment)
    {
        segment.Start = 0;
        segment.End = 0;
        segment.Next = null;
        lock (_gate)
        {
            SegmentsInUse--;
            if (FreeSegments < maxFreeSegments)
            {
                segment.Next = _free;
                _free = segment;
                FreeSegments++;
            }
        }
    }
}
