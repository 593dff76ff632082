using System.Net;

namespace Tunic.Tor.Network.Channels.OpenSsl;

/// <summary>
/// Connections whose handshakes are not complete. When there are too many, the oldest of the address with most of them has to go,
/// so that whoever connects and says nothing takes places from himself.
/// </summary>
/// <remarks>Thread safe.</remarks>
/// <param name="capacity">Handshakes at once, 1 and more.</param>
internal sealed class HandshakeSlots(int capacity)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<UInt128, Queue> _queues = [];
    private readonly SortedSet<Queue> _order = new(Comparer<Queue>.Create(Compare));
    private long _entered;
    private int _count;

    /// <summary>Handshakes under way.</summary>
    internal int Count => Volatile.Read(ref _count);

    /// <summary>Begins a handshake, and breaks off another one when there is no room.</summary>
    /// <returns>Cancelled when this one has to go; give it to <see cref="Leave"/> in the end.</returns>
    internal CancellationTokenSource Enter(IPAddress address)
    {
        var slot = new CancellationTokenSource(); // holds no timer, so it needs no dispose
        CancellationTokenSource? victim = null;
        lock (_gate)
        {
            if (_count >= capacity)
            {
                Queue fullest = _order.Max!;
                victim = fullest.Slots.First!.Value.Slot;
                Remove(fullest, fullest.Slots.First);
            }

            UInt128 key = ConnectionLimits.KeyOf(address);
            Queue queue = _queues.GetValueOrDefault(key) ?? (_queues[key] = new Queue(key));
            _order.Remove(queue);
            queue.Slots.AddLast((slot, _entered++));
            _order.Add(queue);
            _count++;
        }

        victim?.Cancel();
        return slot;
    }

    /// <summary>The handshake is complete, or has failed.</summary>
    internal void Leave(IPAddress address, CancellationTokenSource slot)
    {
        lock (_gate)
        {
            if (!_queues.TryGetValue(ConnectionLimits.KeyOf(address), out Queue? queue))
            {
                return; // broken off
            }

            LinkedListNode<(CancellationTokenSource Slot, long Number)>? node = queue.Slots.First;
            while (node is not null && node.Value.Slot != slot)
            {
                node = node.Next;
            }

            if (node is not null)
            {
                Remove(queue, node);
            }
        }
    }

    /// <summary>By length, and then by age: the greatest is the one to take from.</summary>
    private static int Compare(Queue left, Queue right)
    {
        int byCount = left.Slots.Count.CompareTo(right.Slots.Count);
        return byCount != 0 ? byCount : Oldest(right).CompareTo(Oldest(left));
    }

    private static long Oldest(Queue queue) => queue.Slots.First?.Value.Number ?? long.MaxValue;

    private void Remove(Queue queue, LinkedListNode<(CancellationTokenSource Slot, long Number)> node)
    {
        _order.Remove(queue);
        queue.Slots.Remove(node);
        _count--;
        if (queue.Slots.Count > 0)
        {
            _order.Add(queue);
        }
        else
        {
            _queues.Remove(queue.Key);
        }
    }

    /// <summary>The handshakes of one address, oldest first.</summary>
    private sealed class Queue(UInt128 key)
    {
        internal UInt128 Key { get; } = key;

        internal LinkedList<(CancellationTokenSource Slot, long Number)> Slots { get; } = new();
    }
}
