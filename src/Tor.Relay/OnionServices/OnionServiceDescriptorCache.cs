using Tunic.Tor.Network.Channels;
using Tunic.Tor.Protocol.OnionServices;
using Tunic.Tor.Protocol.OnionServices.Descriptors;

namespace Tunic.Tor.Relay.OnionServices;

/// <summary>What an onion service directory keeps: the newest descriptor of each blinded key, until its lifetime ends or memory does (stock hs_cache.c).</summary>
/// <remarks>Thread safe.</remarks>
public sealed class OnionServiceDescriptorCache : IReclaimableMemory
{
    /// <summary>Spare room for 1000 of the longest descriptors, so that a full cache is not pruned again at once.</summary>
    private const long SpareRoom = 1000L * OnionServiceDescriptor.DefaultMaxLength;

    private static readonly TimeSpan _sweepInterval = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<BlindedKey, StoredDescriptor> _descriptors = [];
    private readonly QueueMemory _memory;
    private readonly long _maxBytes;
    private long _bytes;
    private DateTime _sweptAt;

    /// <summary>An empty cache, which gives memory back when <paramref name="memory"/> runs out.</summary>
    /// <param name="memory">Counts its bytes too.</param>
    /// <param name="maxBytes">Most bytes (MaxHSDirCacheBytes); 0 for a fifth of the memory for queues.</param>
    public OnionServiceDescriptorCache(QueueMemory memory, long maxBytes = 0)
    {
        _memory = memory;
        _maxBytes = maxBytes > 0 ? maxBytes : memory.Limit / 5;
        memory.Cache = this;
    }

    /// <summary>Descriptors kept now, those that have just expired included.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _descriptors.Count;
            }
        }
    }

    /// <summary>Bytes in use.</summary>
    public long BytesInUse => Interlocked.Read(ref _bytes);

    /// <summary>Keeps a descriptor, whose text must not change any more.</summary>
    /// <param name="descriptor">Checked.</param>
    /// <param name="now">UTC.</param>
    /// <returns>False when one with this revision counter or a higher one is kept already.</returns>
    public bool TryStore(OnionServiceDescriptor descriptor, DateTime now)
    {
        lock (_gate)
        {
            Sweep(now);
            if (_bytes > _maxBytes)
            {
                // Before the new one comes in, so that nobody can see by its absence how full the cache is.
                Prune(SpareRoom < _maxBytes ? _bytes - (_maxBytes - SpareRoom) : _bytes / 2);
            }

            long downloads = 0;
            if (_descriptors.TryGetValue(descriptor.BlindedKey, out StoredDescriptor? before))
            {
                if (before.Descriptor.RevisionCounter >= descriptor.RevisionCounter)
                {
                    return false;
                }

                downloads = before.Downloads;
                Remove(before);
            }

            var stored = new StoredDescriptor(descriptor, now, downloads);
            _descriptors.Add(descriptor.BlindedKey, stored);
            Account(stored.Size);
            return true;
        }
    }

    /// <summary>The text of the descriptor that is kept under this key; null when there is none.</summary>
    /// <param name="key">The key of a service in some period.</param>
    /// <param name="now">UTC.</param>
    public ReadOnlyMemory<byte>? Find(BlindedKey key, DateTime now)
    {
        lock (_gate)
        {
            if (!_descriptors.TryGetValue(key, out StoredDescriptor? stored) || stored.IsExpired(now))
            {
                return null;
            }

            stored.Downloads++;
            return stored.Descriptor.Text;
        }
    }

    void IReclaimableMemory.GiveBack()
    {
        lock (_gate)
        {
            if (_bytes > _maxBytes)
            {
                Prune(_bytes - (_maxBytes / 2));
            }
        }
    }

    private void Sweep(DateTime now)
    {
        if (now - _sweptAt < _sweepInterval && now >= _sweptAt)
        {
            return;
        }

        _sweptAt = now;
        foreach (StoredDescriptor expired in _descriptors.Values.Where(each => each.IsExpired(now)).ToArray())
        {
            Remove(expired);
        }
    }

    private void Prune(long bytes)
    {
        long until = _bytes - bytes;
        foreach (StoredDescriptor rarest in _descriptors.Values.OrderBy(each => each.Downloads).ToArray())
        {
            if (_bytes <= until)
            {
                return;
            }

            Remove(rarest);
        }
    }

    private void Remove(StoredDescriptor stored)
    {
        _descriptors.Remove(stored.Descriptor.BlindedKey);
        Account(-stored.Size);
    }

    private void Account(long change)
    {
        Interlocked.Add(ref _bytes, change);
        _memory.OnCached(change);
    }
}
