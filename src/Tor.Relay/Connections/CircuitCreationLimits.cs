using System.Net;
using Tunic.Primitives.Time;
using Tunic.Tor.Network.Channels;

namespace Tunic.Tor.Relay.Connections;

/// <summary>Refuses the circuits of client addresses that make too many while holding several connections (dos-spec, "Circuit creation"; stock dos.c).</summary>
/// <remarks>Thread safe. Asked for every CREATE of a client.</remarks>
public sealed class CircuitCreationLimits(ConnectionLimits connections, RandomSource random)
{
    /// <summary>Addresses remembered at most; beyond it everything that is not refused now is forgotten.</summary>
    private const int MaxAddresses = 65_536;

    private readonly Lock _gate = new();
    private readonly Dictionary<UInt128, AddressState> _addresses = [];

    /// <summary>CREATEs refused so far.</summary>
    public long Refused { get; private set; }

    /// <summary>Counts a CREATE.</summary>
    /// <returns>False when it must be answered with DESTROY, RESOURCELIMIT.</returns>
    public bool TryCreate(IPAddress address, DosParameters parameters, TimeSpan now)
    {
        if (!parameters.LimitsCircuits)
        {
            return true;
        }

        int count = connections.CountOf(address);
        lock (_gate)
        {
            AddressState state = FindOrAdd(ConnectionLimits.KeyOf(address), parameters, now);
            if (!state.Bucket.TryTake(now) && count >= parameters.CircuitMinConnections)
            {
                // Counted on while refused: whoever goes on stays refused.
                TimeSpan penalty = parameters.CircuitPenalty;
                state.RefusedUntil = now + penalty + (penalty / 2 * random.NextDouble());
            }

            if (now >= state.RefusedUntil)
            {
                return true;
            }

            Refused++;
            return false;
        }
    }

    private AddressState FindOrAdd(UInt128 key, DosParameters parameters, TimeSpan now)
    {
        if (_addresses.TryGetValue(key, out AddressState? state))
        {
            return state;
        }

        if (_addresses.Count >= MaxAddresses)
        {
            foreach ((UInt128 known, AddressState old) in _addresses)
            {
                if (old.RefusedUntil <= now)
                {
                    _addresses.Remove(known);
                }
            }
        }

        state = new AddressState(new TokenBucket(parameters.CircuitRate, parameters.CircuitBurst, now));
        if (_addresses.Count < MaxAddresses)
        {
            _addresses.Add(key, state);
        }

        return state;
    }

    private sealed class AddressState(TokenBucket bucket)
    {
        public TokenBucket Bucket { get; } = bucket;

        public TimeSpan RefusedUntil { get; set; }
    }
}
