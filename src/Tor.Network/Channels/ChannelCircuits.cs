using System.Collections.Concurrent;
using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.Links;

namespace Tunic.Tor.Network.Channels;

/// <summary>The circuits on one channel, by id (tor-spec, "Choosing circuit IDs in create cells").</summary>
/// <remarks>Thread safe, but for <see cref="Find"/>, which belongs to the receive loop.</remarks>
internal sealed class ChannelCircuits(Channel channel, CellFormat format, OutgoingCells outgoing, ChannelEnvironment environment)
{
    private readonly ConcurrentDictionary<uint, ChannelCircuit> _circuits = new();
    private ChannelCircuit? _latest;
    private int _count;

    /// <summary>Circuits now.</summary>
    internal int Count => Volatile.Read(ref _count);

    /// <summary>When one was last added or removed, monotonic.</summary>
    internal TimeSpan LastChange { get; private set; } = environment.Now;

    /// <summary>All of them.</summary>
    internal ICollection<ChannelCircuit> All => _circuits.Values;

    /// <summary>Adds a circuit that we start, under a free id of our half.</summary>
    /// <returns>Null when the channel is closed or full.</returns>
    internal ChannelCircuit? TryOpen(ICircuitEndpoint endpoint)
    {
        uint highBit = format == CellFormat.Wide ? 1u << 31 : 1u << 15;
        while (!channel.IsClosed && Count < environment.Options.MaxCircuits && channel.Link.OwnCircuitIds != CircuitIdHalf.None)
        {
            uint id = (uint)environment.Random.NextUInt64(highBit);
            if (id != 0 && Attach(id | (channel.Link.OwnCircuitIds == CircuitIdHalf.Higher ? highBit : 0), endpoint) is { } circuit)
            {
                return circuit;
            }
        }

        return null;
    }

    /// <summary>Adds a circuit under this id.</summary>
    /// <returns>Null when the id is in use or the channel is closed.</returns>
    internal ChannelCircuit? Attach(uint circuitId, ICircuitEndpoint endpoint)
    {
        ChannelCircuit circuit = outgoing.CreateCircuit(channel, circuitId, endpoint);
        if (!_circuits.TryAdd(circuitId, circuit))
        {
            return null;
        }

        Interlocked.Increment(ref _count);
        LastChange = environment.Now;
        if (!channel.IsClosed)
        {
            return circuit;
        }

        TryEnd(circuit); // closed in between, so the closing loop may have missed it; if it has not, the endpoint has been told already
        return null;
    }

    internal ChannelCircuit? Find(uint circuitId)
    {
        if (_latest is { HasEnded: false } latest && latest.CircuitId == circuitId)
        {
            return latest;
        }

        return _circuits.TryGetValue(circuitId, out ChannelCircuit? circuit) ? _latest = circuit : null;
    }

    /// <summary>Takes a circuit off the channel, and drops what is queued.</summary>
    /// <returns>True for the one caller who ends it.</returns>
    internal bool TryEnd(ChannelCircuit circuit)
    {
        if (!circuit.TryEnd())
        {
            return false;
        }

        _circuits.TryRemove(circuit.CircuitId, out _);
        Interlocked.Decrement(ref _count);
        outgoing.Drop(circuit);
        LastChange = environment.Now;
        return true;
    }
}
