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
    private readonly Dictionary<UInt128, HandshakeQueue> _queues = [];
    private readonly SortedSet<HandshakeQueue> _order = new(Comparer<HandshakeQueue>.Create(Compare));
    private long _entered;
    private int _count;

    /// <summary>Handshakes under way.</summary>
    internal int Count => Volatile.Read(ref _count);

    /// <summary>Begins a handshake, and breaks off another one when there is no room.</summary>
    /// <returns>Cancelled when this one has to go; give it to <see cref="Leave"/> in the end.</returns>
    internal HandshakeSlot Enter(IPAddress address)
    {
        HandshakeSlot slot;
        HandshakeSlot? victim = null;
        lock (_gate)
        {
            if (_count >= capacity)
            {
                victim = _order.Max!.Slots.First!.Value;
                Remove(victim);
            }

            UInt128 key = ConnectionLimits.KeyOf(address);
            HandshakeQueue queue = _queues.GetValueOrDefault(key) ?? (_queues[key] = new HandshakeQueue(key));
            _order.Remove(queue);
            slot = new HandshakeSlot(queue, _entered++);
            queue.Slots.AddLast(slot.Node);
            _order.Add(queue);
            _count++;
        }

        victim?.Cancel();
        return slot;
    }

    /// <summary>The handshake is complete, or has failed.</summary>
    internal void Leave(HandshakeSlot slot)
    {
        lock (_gate)
        {
            if (slot.Node.List is not null) // not broken off
            {
                Remove(slot);
            }
        }
    }

    /// <summary>By length, and then by age: the greatest is the one to take from.</summary>
    private static int Compare(HandshakeQueue left, HandshakeQueue right)
    {
        int byCount = left.Slots.Count.CompareTo(right.Slots.Count);
        return byCount != 0 ? byCount : Oldest(right).CompareTo(Oldest(left));
    }

    private static long Oldest(HandshakeQueue queue) => queue.Slots.First?.Value.Number ?? long.MaxValue;

    private void Remove(HandshakeSlot slot)
    {
        HandshakeQueue queue = slot.Queue;
        _order.Remove(queue);
        queue.Slots.Remove(slot.Node);
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
}
