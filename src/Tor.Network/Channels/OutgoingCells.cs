using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.Cells.Queues;
using Tunic.Tor.Protocol.Errors;

namespace Tunic.Tor.Network.Channels;

/// <summary>What waits to be sent on a channel: cells of the link and DESTROYs first, then the cells of circuits in turn, a few cells each.</summary>
/// <remarks>Thread safe: one gate, held for copies only. Nothing is allocated per cell.</remarks>
internal sealed class OutgoingCells(CellFormat format, CellSegmentPool pool, QueueMemory memory, ChannelOptions options)
{
    /// <summary>Cells of the link that may wait; they are padding, so more would say nothing.</summary>
    private const int MaxLinkCells = 4;

    /// <summary>Cells a circuit may send before the next one has its turn.</summary>
    private const int Quantum = 8;

    private readonly Lock _gate = new();
    private readonly Queue<(CellCommand Command, byte[] Body)> _linkCells = new();
    private readonly Queue<QueuedDestroy> _destroys = new();
    private readonly LinkedList<ChannelCircuit> _scheduled = new();
    private readonly List<ChannelCircuit> _writable = [];
    private bool _closed;

    /// <summary>Cells that wait, DESTROYs and those of all circuits.</summary>
    internal int Count { get; private set; }

    /// <summary>When the oldest DESTROY was queued; null when none waits.</summary>
    internal TimeSpan? OldestDestroy
    {
        get
        {
            lock (_gate)
            {
                return _destroys.TryPeek(out QueuedDestroy first) ? first.Since : null;
            }
        }
    }

    /// <summary>A circuit that sends through here.</summary>
    internal ChannelCircuit CreateCircuit(Channel channel, uint circuitId, ICircuitEndpoint endpoint) =>
        new(channel, circuitId, endpoint, new CellQueue(pool, format.FixedCellLength));

    /// <summary>Queues a cell of a circuit.</summary>
    /// <exception cref="CircuitProtocolException">The circuit's queue is full.</exception>
    internal void Enqueue(ChannelCircuit circuit, CellCommand command, ReadOnlySpan<byte> body, TimeSpan now)
    {
        lock (_gate)
        {
            if (_closed || circuit.HasEnded)
            {
                return;
            }

            if (circuit.Queue.Count >= options.MaxQueue)
            {
                throw new CircuitProtocolException(
                    DestroyReason.ResourceLimit, $"{circuit.Queue.Count} cells are queued, more than flow control allows");
            }

            format.Write(circuit.Queue.Append(now), circuit.CircuitId, command, body);
            Count++;
            if (circuit.Queue.Count >= options.QueueHighWater)
            {
                circuit.WaitsForRoom = true;
            }

            Schedule(circuit);
        }
    }

    /// <summary>Pauses a circuit, or lets it go on; then flush.</summary>
    internal void SetPaused(ChannelCircuit circuit, bool isPaused)
    {
        lock (_gate)
        {
            circuit.IsPaused = isPaused;
            if (isPaused)
            {
                TakeTurnAway(circuit);
            }

            Schedule(circuit);
        }
    }

    /// <summary>Gives a circuit another rate, or none; then flush.</summary>
    internal void SetRate(ChannelCircuit circuit, CircuitRate? rate)
    {
        lock (_gate)
        {
            circuit.Rate?.Dispose();
            circuit.Rate = _closed || circuit.HasEnded ? null : rate;
            circuit.IsOverRate = false;
            Schedule(circuit);
            if (circuit.Rate is null)
            {
                rate?.Dispose();
            }
        }
    }

    /// <summary>A circuit's rate lets it send again; then flush.</summary>
    internal void OnRateFilled(ChannelCircuit circuit)
    {
        lock (_gate)
        {
            circuit.IsOverRate = false;
            Schedule(circuit);
        }
    }

    /// <summary>Queues DESTROY, before the cells of circuits.</summary>
    /// <exception cref="ChannelProtocolException">Too many wait: the peer does not read.</exception>
    internal void EnqueueDestroy(uint circuitId, DestroyReason reason, TimeSpan now)
    {
        lock (_gate)
        {
            if (_closed)
            {
                return;
            }

            if (_destroys.Count >= options.MaxDestroyQueue)
            {
                throw new ChannelProtocolException($"{_destroys.Count} DESTROYs wait to be sent; the peer does not read");
            }

            _destroys.Enqueue(new QueuedDestroy(circuitId, reason, now));
            memory.OnBuffered(QueuedDestroy.Length);
            Count++;
        }
    }

    /// <summary>Queues a cell that belongs to no circuit; lost when several wait already.</summary>
    internal void EnqueueLinkCell(CellCommand command, ReadOnlySpan<byte> body)
    {
        lock (_gate)
        {
            if (!_closed && _linkCells.Count < MaxLinkCells)
            {
                _linkCells.Enqueue((command, body.ToArray()));
                Count++;
            }
        }
    }

    /// <summary>When the circuit's oldest cell was queued.</summary>
    internal TimeSpan? OldestQueued(ChannelCircuit circuit)
    {
        lock (_gate)
        {
            return circuit.Queue.OldestEnqueued;
        }
    }

    /// <summary>Forgets a circuit's cells.</summary>
    internal void Drop(ChannelCircuit circuit)
    {
        lock (_gate)
        {
            Count -= circuit.Queue.Count;
            circuit.Queue.Clear();
            TakeTurnAway(circuit); // else a peer that reads nothing could pile up circuits that have ended
            circuit.Rate?.Dispose();
            circuit.Rate = null;
        }
    }

    /// <summary>Forgets everything and takes no more.</summary>
    internal void Close()
    {
        lock (_gate)
        {
            _closed = true;
            memory.OnBuffered(-_destroys.Count * QueuedDestroy.Length);
            _destroys.Clear();
            _linkCells.Clear();
            while (_scheduled.First is { } turn)
            {
                turn.Value.Queue.Clear();
                _scheduled.RemoveFirst();
            }

            Count = 0;
        }
    }

    /// <summary>Moves whole cells to <paramref name="destination"/>.</summary>
    /// <param name="destination">Room for at least one cell.</param>
    /// <param name="writable">Gets the circuits whose source may go on.</param>
    /// <returns>Bytes moved; 0 when nothing waits.</returns>
    internal int Take(Span<byte> destination, List<ChannelCircuit> writable)
    {
        lock (_gate)
        {
            int length = MoveLinkCells(destination);
            length += MoveDestroys(destination[length..]);
            while (destination.Length - length >= format.FixedCellLength && _scheduled.First is { Value: var circuit })
            {
                _scheduled.RemoveFirst();
                int moved = Move(circuit.Queue, destination[length..], Quantum);
                length += moved;
                circuit.IsOverRate = circuit.Rate is { } rate && !rate.Spend(moved);
                Schedule(circuit);

                if (circuit.WaitsForRoom && circuit.Queue.Count <= options.QueueLowWater)
                {
                    circuit.WaitsForRoom = false;
                    _writable.Add(circuit);
                }
            }

            writable.AddRange(_writable);
            _writable.Clear();
            return length;
        }
    }

    private void Schedule(ChannelCircuit circuit)
    {
        if (circuit.WantsTurn)
        {
            _scheduled.AddLast(circuit.Turn);
        }
    }

    private void TakeTurnAway(ChannelCircuit circuit)
    {
        if (circuit.Turn.List is not null)
        {
            _scheduled.Remove(circuit.Turn);
        }
    }

    private int MoveLinkCells(Span<byte> destination)
    {
        int length = 0;
        while (destination.Length - length >= format.FixedCellLength && _linkCells.TryDequeue(out (CellCommand Command, byte[] Body) cell))
        {
            length += format.Write(destination[length..], 0, cell.Command, cell.Body);
            Count--;
        }

        return length;
    }

    private int MoveDestroys(Span<byte> destination)
    {
        int length = 0;
        int before = _destroys.Count;
        while (destination.Length - length >= format.FixedCellLength && _destroys.TryDequeue(out QueuedDestroy destroy))
        {
            length += format.Write(destination[length..], destroy.CircuitId, CellCommand.Destroy, [(byte)destroy.Reason]);
        }

        int moved = before - _destroys.Count;
        if (moved > 0)
        {
            memory.OnBuffered(-moved * QueuedDestroy.Length);
            Count -= moved;
        }

        return length;
    }

    private int Move(CellQueue queue, Span<byte> destination, int maxCells)
    {
        int cells = queue.DequeueTo(destination, maxCells);
        Count -= cells;
        return cells * format.FixedCellLength;
    }

    /// <summary>A DESTROY that waits: a whole cell for it would be thirty times as long.</summary>
    private readonly record struct QueuedDestroy(uint CircuitId, DestroyReason Reason, TimeSpan Since)
    {
        /// <summary>Bytes of memory.</summary>
        public const int Length = 16;
    }
}
