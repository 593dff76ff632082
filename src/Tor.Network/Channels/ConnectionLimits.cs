using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
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
            return _addresses.TryGetValue(KeyOf(address), out AddressState? state) ? state.Count : 0;
        }
    }

    /// <summary>Admits a connection; <see cref="Leave"/> when it has ended.</summary>
    public bool TryEnter(IPAddress address, TimeSpan now)
    {
        bool exempt = isExempt(address);
        lock (_gate)
        {
            AddressState? state = _total < _options.MaxConnections ? FindOrAdd(KeyOf(address), now) : null;
            if (state is null || (!exempt && !Allows(state, now)))
            {
                Refused++;
                return false;
            }

            state.Count++;
            _total++;
            return true;
        }
    }

    /// <summary>An admitted connection has ended.</summary>
    public void Leave(IPAddress address)
    {
        lock (_gate)
        {
            _total--;
            _addresses[KeyOf(address)].Count--;
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

    private AddressState? FindOrAdd(UInt128 key, TimeSpan now)
    {
        if (_addresses.Count >= _options.MaxAddresses && !_addresses.ContainsKey(key))
        {
            ForgetIdle(now);
            if (_addresses.Count >= _options.MaxAddresses)
            {
                return null;
            }
        }

        ref AddressState? state = ref CollectionsMarshal.GetValueRefOrAddDefault(_addresses, key, out _);
        state ??= new AddressState(new TokenBucket(_options.RatePerAddress, _options.BurstPerAddress, now));
        return state;
    }

    private void ForgetIdle(TimeSpan now)
    {
        foreach ((UInt128 key, AddressState state) in _addresses)
        {
            if (state.Count == 0 && state.RefusedUntil <= now)
            {
                _addresses.Remove(key);
            }
        }
    }

    private sealed class AddressState(TokenBucket bucket)
    {
        public TokenBucket Bucket { get; } = bucket;

        public int Count { get; set; }

        public TimeSpan RefusedUntil { get; set; }
    }
}
