using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Tunic.Primitives.Time;

namespace Tunic.Tor.Network.Channels;

/// <summary>Counts accepted connections by address and says which more may come (dos-spec, "Denial of service prevention").</summary>
/// <remarks>Thread safe.</remarks>
/// <param name="isExempt">Addresses that only the total binds: those of known relays, which many clients are behind.</param>
/// <param name="random">For the length of penalties.</param>
public sealed class ConnectionLimits(ConnectionLimitOptions options, Func<IPAddress, bool> isExempt, RandomSource random)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<UInt128, AddressState> _addresses = [];

    // Those without a connection, in the order in which they became so: the first are the first to be forgotten, those under a penalty last.
    private readonly LinkedList<AddressState> _idle = new();
    private readonly LinkedList<AddressState> _penalised = new();
    private volatile ConnectionLimitOptions _options = options;
    private int _total;

    /// <summary>The limits in force; may be replaced at any time, as when a consensus changes them.</summary>
    public ConnectionLimitOptions Options
    {
        get => _options;
        set => _options = value;
    }

    /// <summary>Connections open now.</summary>
    public int Total => Volatile.Read(ref _total);

    /// <summary>Connections refused so far.</summary>
    public long Refused { get; private set; }

    /// <summary>Connections open now from the address.</summary>
    public int CountOf(IPAddress address)
    {
        lock (_gate)
        {
            return Find(address)?.Count ?? 0;
        }
    }

    /// <summary>Whether the address is that of a known relay, which only the total binds.</summary>
    public bool IsExempt(IPAddress address) => isExempt(address);

    /// <summary>Admits a connection; <see cref="Leave"/> when it has ended.</summary>
    public bool TryEnter(IPAddress address, TimeSpan now)
    {
        bool exempt = isExempt(address);
        lock (_gate)
        {
            if (_total >= _options.MaxConnections)
            {
                Refused++;
                return false;
            }

            AddressState state = Find(address) ?? Add(address, now);
            bool allowed = exempt || Allows(state, now);
            if (allowed)
            {
                state.Count++;
                _total++;
            }
            else
            {
                Refused++;
            }

            Place(state, now);
            return allowed;
        }
    }

    /// <summary>An admitted connection has ended.</summary>
    public void Leave(IPAddress address)
    {
        lock (_gate)
        {
            _total--;
            UInt128 key = KeyOf(address);
            AddressState state = _addresses.TryGetValue(key, out AddressState? own) && own.Count > 0 ? own : _addresses[SiteOf(key)];
            state.Count--;
            Place(state, state.SeenAt);
        }
    }

    /// <summary>What counts as one address: an IPv4 address, or the /64 of an IPv6 address.</summary>
    public static UInt128 KeyOf(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        address.TryWriteBytes(bytes, out _);
        return address.AddressFamily == AddressFamily.InterNetwork
            ? BinaryPrimitives.ReadUInt32BigEndian(bytes)
            : new UInt128(BinaryPrimitives.ReadUInt64BigEndian(bytes), ulong.MaxValue);
    }

    private bool Allows(AddressState state, TimeSpan now)
    {
        if (now < state.RefusedUntil)
        {
            return false;
        }

        if (!state.Bucket.TryTake(now))
        {
            TimeSpan penalty = _options.Penalty;
            state.RefusedUntil = now + penalty + (penalty / 2 * random.NextDouble());
            return false;
        }

        return state.Count < _options.MaxPerAddress;
    }

    /// <summary>The /48 of the /64 of an IPv6 address; an IPv4 address itself.</summary>
    private static UInt128 SiteOf(UInt128 key)
    {
        const ulong SiteMask = 0xFFFF_FFFF_FFFF_0000;
        ulong upper = (ulong)(key >> 64);
        return upper == 0 ? key : new UInt128(upper & SiteMask, ulong.MaxValue - 1);
    }

    /// <summary>Where the address counts: on its own, or with its /48 as long as that has connections or there are too many addresses.</summary>
    private AddressState? Find(IPAddress address)
    {
        UInt128 key = KeyOf(address);
        return _addresses.GetValueOrDefault(key)
            ?? (_addresses.TryGetValue(SiteOf(key), out AddressState? site) && (site.Count > 0 || _addresses.Count >= _options.MaxAddresses) ? site : null);
    }

    /// <summary>Remembers one more address. When there are too many it takes the place of another one, and counts with its whole /48:
    /// else whoever has that could have all others forgotten.</summary>
    private AddressState Add(IPAddress address, TimeSpan now)
    {
        UInt128 key = KeyOf(address);
        if (_addresses.Count >= _options.MaxAddresses)
        {
            key = SiteOf(key);
            if ((_idle.First ?? _penalised.First)?.Value is { } forgotten)
            {
                forgotten.Place.List!.Remove(forgotten.Place);
                _addresses.Remove(forgotten.Key);
            }
        }

        var state = new AddressState(key, new TokenBucket(_options.RatePerAddress, _options.BurstPerAddress, now));
        _addresses.Add(key, state);
        return state;
    }

    /// <summary>Puts an address where it can be forgotten from, or takes it away from there.</summary>
    private void Place(AddressState state, TimeSpan now)
    {
        state.SeenAt = now;
        LinkedList<AddressState>? list = state.Count > 0 ? null : now < state.RefusedUntil ? _penalised : _idle;
        if (state.Place.List != list)
        {
            state.Place.List?.Remove(state.Place);
            list?.AddLast(state.Place);
        }
    }

    private sealed class AddressState
    {
        public AddressState(UInt128 key, TokenBucket bucket)
        {
            (Key, Bucket) = (key, bucket);
            Place = new LinkedListNode<AddressState>(this);
        }

        public UInt128 Key { get; }

        public TokenBucket Bucket { get; }

        /// <summary>Its place among those that can be forgotten; in none while it has a connection.</summary>
        public LinkedListNode<AddressState> Place { get; }

        public int Count { get; set; }

        public TimeSpan RefusedUntil { get; set; }

        /// <summary>When it connected last.</summary>
        public TimeSpan SeenAt { get; set; }
    }
}
