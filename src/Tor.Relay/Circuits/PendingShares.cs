using Tunic.Tor.Network.Channels;

namespace Tunic.Tor.Relay.Circuits;

/// <summary>
/// Places for what circuits wait for. The fewer are free, the fewer one circuit or one previous relay may hold, as in the shared buffer of a switch:
/// so one client cannot take those of all others.
/// </summary>
/// <remarks>Thread safe. Callers that ask at the same moment may get some places more than there are.</remarks>
/// <param name="capacity">Places, 1 and more.</param>
internal sealed class PendingShares(int capacity)
{
    private const int CircuitPart = 4; // of the free places
    private const int ChannelPart = 2;
    private const int ChannelPartOfAll = 4;

    private readonly Lock _gate = new();
    private readonly Dictionary<RelayCircuit, int> _circuits = [];
    private readonly Dictionary<Channel, int> _channels = [];
    private int _total;

    /// <summary>Places taken.</summary>
    internal int Count => Volatile.Read(ref _total);

    /// <summary>Whether the circuit may take one more.</summary>
    internal bool HasRoom(RelayCircuit circuit)
    {
        lock (_gate)
        {
            int free = capacity - _total;
            return free > 0
                && _circuits.GetValueOrDefault(circuit) < Math.Max(1, free / CircuitPart)
                && _channels.GetValueOrDefault(circuit.Channel) < Math.Max(1, Math.Min(free / ChannelPart, capacity / ChannelPartOfAll));
        }
    }

    /// <summary>Takes a place, whether or not there is room.</summary>
    internal void Take(RelayCircuit circuit)
    {
        lock (_gate)
        {
            _total++;
            _circuits[circuit] = _circuits.GetValueOrDefault(circuit) + 1;
            _channels[circuit.Channel] = _channels.GetValueOrDefault(circuit.Channel) + 1;
        }
    }

    /// <summary>Gives a place back.</summary>
    internal void Leave(RelayCircuit circuit)
    {
        lock (_gate)
        {
            _total--;
            Lower(_circuits, circuit);
            Lower(_channels, circuit.Channel);
        }
    }

    private static void Lower<T>(Dictionary<T, int> counts, T holder)
        where T : notnull
    {
        int left = counts[holder] - 1;
        if (left > 0)
        {
            counts[holder] = left;
        }
        else
        {
            counts.Remove(holder);
        }
    }
}
