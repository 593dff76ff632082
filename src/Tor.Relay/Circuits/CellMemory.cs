using Tunic.Tor.Protocol.Cells.Queues;
using Tunic.Tor.Protocol.Errors;

namespace Tunic.Tor.Relay.Circuits;

/// <summary>
/// The one place that bounds the memory of queued cells and of stream data that waits for targets: over the limit, the circuits
/// whose oldest cell or byte has waited longest are closed, until a tenth is free again (stock circuits_handle_oom).
/// </summary>
/// <remarks>Thread safe.</remarks>
internal sealed class CellMemory(CellSegmentPool cells, long limit, Func<IEnumerable<RelayCircuit>> circuits)
{
    private const double RetainedShare = 0.9;

    private long _buffered;
    private int _reclaiming;

    /// <summary>Bytes in use now.</summary>
    internal long BytesInUse => cells.BytesInUse + Interlocked.Read(ref _buffered);

    /// <summary>Circuits closed for their memory so far.</summary>
    internal long Victims { get; private set; }

    /// <summary>Whether <see cref="Reclaim"/> has to be called. Cheap: asked for every cell.</summary>
    internal bool IsExceeded => BytesInUse > limit;

    /// <summary>Stream data that waits has become more or less.</summary>
    internal void OnBuffered(int change) => Interlocked.Add(ref _buffered, change);

    /// <summary>Closes circuits until there is room. Call outside of any circuit's gate; somebody else at it already is enough.</summary>
    internal void Reclaim()
    {
        if (Interlocked.Exchange(ref _reclaiming, 1) != 0)
        {
            return;
        }

        try
        {
            long retained = (long)(limit * RetainedShare);
            foreach ((RelayCircuit circuit, _) in circuits()
                .Select(circuit => (Circuit: circuit, Oldest: circuit.GetOldestQueued()))
                .Where(victim => victim.Oldest is not null)
                .OrderBy(victim => victim.Oldest))
            {
                if (BytesInUse <= retained)
                {
                    break;
                }

                circuit.Close(DestroyReason.ResourceLimit);
                Victims++;
            }
        }
        finally
        {
            Volatile.Write(ref _reclaiming, 0);
        }
    }
}
