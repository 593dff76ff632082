using System.Collections.Concurrent;
using Tunic.Tor.Protocol.Cells.Queues;

namespace Tunic.Tor.Network.Channels;

/// <summary>
/// The one place that bounds the memory of a node's queues: cells that wait for channels, and stream data that waits for readers.
/// Over the limit, those whose oldest cell or byte has waited longest are closed, until a tenth is free again (stock circuits_handle_oom).
/// </summary>
/// <remarks>Thread safe.</remarks>
/// <param name="cells">The memory of all cell queues.</param>
/// <param name="limit">Bytes.</param>
public sealed class QueueMemory(CellSegmentPool cells, long limit)
{
    /// <summary>Bytes, where nothing else is said: 1 GiB.</summary>
    public const long DefaultLimit = 1L << 30;

    private readonly long _limit = limit;
    private volatile IReclaimableMemory? _cache;
    private readonly long _reserve = limit / 10;
    private readonly ConcurrentDictionary<IQueueOwner, bool> _owners = new();
    private long _others;
    private long _threshold = limit;
    private int _reclaiming;

    /// <summary>Most bytes.</summary>
    public long Limit => _limit;

    /// <summary>Gives memory back before anybody is closed; null for nothing of the kind.</summary>
    public IReclaimableMemory? Cache
    {
        get => _cache;
        set => _cache = value;
    }

    /// <summary>The memory of all cell queues that it counts.</summary>
    public CellSegmentPool Cells { get; } = cells;

    /// <summary>Bytes in use now.</summary>
    public long BytesInUse => Cells.BytesInUse + Interlocked.Read(ref _others);

    /// <summary>Circuits and channels closed for their memory so far.</summary>
    public long Victims { get; private set; }

    /// <summary>The earlier of two times, either of which may be missing.</summary>
    public static TimeSpan? Earlier(TimeSpan? one, TimeSpan? other) => one is null || other < one ? other : one;

    /// <summary>Closes whoever has waited longest until there is room. Call outside of all gates; somebody else at it already is enough.</summary>
    public void Reclaim()
    {
        if (BytesInUse <= _limit || Interlocked.Exchange(ref _reclaiming, 1) != 0)
        {
            return;
        }

        try
        {
            _cache?.GiveBack();
            CloseOldestOverLimit();
        }
        finally
        {
            Volatile.Write(ref _threshold, ThresholdAt(BytesInUse));
            Volatile.Write(ref _reclaiming, 0);
        }
    }

    /// <summary>The memory of caches has become more or less.</summary>
    public void OnCached(long change) => Interlocked.Add(ref _others, change);

    /// <summary>Whether <see cref="Reclaim"/> has to be called. Cheap: asked for every cell.</summary>
    internal bool CheckSize()
    {
        long inUse = BytesInUse;
        long threshold = Volatile.Read(ref _threshold);
        if (ThresholdAt(inUse) < threshold)
        {
            Volatile.Write(ref _threshold, ThresholdAt(inUse)); // some of it is free again
        }

        return inUse > threshold;
    }

    /// <summary>Bytes that are not in cell queues have become more or less.</summary>
    internal void OnBuffered(int change) => Interlocked.Add(ref _others, change);

    internal void Add(IQueueOwner owner) => _owners.TryAdd(owner, true);

    internal void Remove(IQueueOwner owner) => _owners.TryRemove(owner, out _);

    /// <summary>Should others hold on to what is too much, the next cell must not look at everybody again.</summary>
    private long ThresholdAt(long inUse) => inUse <= _limit ? _limit : inUse + _reserve;

    private void CloseOldestOverLimit()
    {
        if (BytesInUse <= _limit)
        {
            return; // what the cache gave was enough
        }

        IEnumerable<IQueueOwner> victims = _owners.Keys
            .Select(owner => (Owner: owner, Oldest: owner.OldestQueued))
            .Where(victim => victim.Oldest is not null)
            .OrderBy(victim => victim.Oldest)
            .Select(victim => victim.Owner);
        foreach (IQueueOwner victim in victims)
        {
            if (BytesInUse <= _limit - _reserve)
            {
                return;
            }

            Victims++; // before others can see it go
            victim.GiveUp();
        }
    }
}
