using System.Net;
using Tunic.Primitives.Keys;

namespace Tunic.Tor.Relay.Authority;

/// <summary>Relays that wait for their test. Addresses take turns, so that many relays of one address hold up nobody but each other.</summary>
/// <remarks>One owner. The owner sees to it that no relay is added twice.</remarks>
/// <param name="capacity">Most relays that wait. Beyond it the address with the most of them gives one up.</param>
/// <param name="maxPerAddress">Most relays of one address that are tested at the same time.</param>
internal sealed class ProbeQueue(int capacity, int maxPerAddress)
{
    private readonly Dictionary<IPAddress, Place> _places = [];
    private readonly Queue<Place> _turns = [];

    /// <summary>Relays that wait.</summary>
    public int Count { get; private set; }

    /// <summary>Adds a relay, if need be in place of another one.</summary>
    /// <param name="relay">The relay.</param>
    /// <param name="address">Its address.</param>
    /// <param name="dropped">The one that had to give way; null for none.</param>
    /// <returns>False when there is no room, and no address has more relays here than this one.</returns>
    public bool TryAdd(RsaIdentity relay, IPAddress address, out RsaIdentity? dropped)
    {
        dropped = null;
        Place? place = _places.GetValueOrDefault(address);
        if (Count >= capacity && !TryDrop((place?.Waiting.Count ?? 0) + 1, out dropped))
        {
            return false;
        }

        place ??= _places[address] = new Place(address);
        place.Waiting.AddLast(relay);
        Count++;
        GiveTurn(place);
        return true;
    }

    /// <summary>Takes the relay whose turn it is; <see cref="Finish"/> must follow when it has been tested.</summary>
    public bool TryTake(out RsaIdentity relay, out IPAddress address)
    {
        if (!_turns.TryDequeue(out Place? place))
        {
            (relay, address) = (default, IPAddress.None);
            return false;
        }

        (relay, address) = (place.Waiting.First!.Value, place.Address);
        place.Waiting.RemoveFirst();
        place.HasTurn = false;
        place.Running++;
        Count--;
        GiveTurn(place);
        return true;
    }

    /// <summary>A relay of this address has been tested.</summary>
    public void Finish(IPAddress address)
    {
        Place place = _places[address];
        place.Running--;
        GiveTurn(place);
        if (place.Running == 0 && place.Waiting.Count == 0)
        {
            _places.Remove(address);
        }
    }

    /// <summary>Drops the last relay of the address that has most of them, if that are more than <paramref name="count"/>: its first one always stays.</summary>
    private bool TryDrop(int count, out RsaIdentity? dropped)
    {
        dropped = null;
        if (_places.Values.MaxBy(place => place.Waiting.Count) is not { } longest || longest.Waiting.Count <= count)
        {
            return false;
        }

        dropped = longest.Waiting.Last!.Value;
        longest.Waiting.RemoveLast();
        Count--;
        return true;
    }

    private void GiveTurn(Place place)
    {
        if (!place.HasTurn && place.Waiting.Count > 0 && place.Running < maxPerAddress)
        {
            place.HasTurn = true;
            _turns.Enqueue(place);
        }
    }

    private sealed class Place(IPAddress address)
    {
        public IPAddress Address => address;

        public LinkedList<RsaIdentity> Waiting { get; } = [];

        public int Running { get; set; }

        /// <summary>Whether it stands in the queue of turns, and so has a relay to be taken.</summary>
        public bool HasTurn { get; set; }
    }
}
