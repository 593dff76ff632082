using Microsoft.Extensions.Logging;
using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.Documents.Policies;
using Tunic.Tor.Protocol.Errors;
using Tunic.Tor.Protocol.Links;

namespace Tunic.Tor.Network.Channels;

/// <summary>An open link to one relay or client, and the circuits on it (tor-spec, "Connections" and "Cell Packet format").</summary>
/// <remarks>
/// One receive loop reads and dispatches; a pump sends, run by whoever calls <see cref="Flush"/>. Neither holds a buffer or a thread while idle.
/// </remarks>
public sealed partial class Channel : IQueueOwner, IAsyncDisposable
{
    /// <summary>Longest rest of an earlier read that leaves room for the next one, bytes.</summary>
    private const int MaxCarry = 20 * 1024;

    /// <summary>By so much a channel counts as younger than what it holds when memory has run out.</summary>
    private static readonly TimeSpan MemoryGrace = TimeSpan.FromMinutes(1);

    private readonly ChannelTransport _transport;
    private readonly ChannelOptions _options;
    private readonly ICircuitAcceptor? _acceptor;
    private readonly ChannelEnvironment _environment;
    private readonly CellFormat _format;
    private readonly OpenLinkRules _rules;
    private readonly OutgoingCells _outgoing;
    private readonly ChannelCircuits _circuits;
    private readonly ChannelPump _pump;
    private readonly ReceiveBatch _batch = new();
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly bool _isPrivate;
    private byte[] _carry;
    private int _carryLength;
    private int _closed;
    private Exception? _reason;
    private Task? _receiving;

    internal Channel(
        ChannelTransport transport,
        LinkResult link,
        ReadOnlySpan<byte> received,
        ICircuitAcceptor? acceptor,
        ChannelEnvironment environment)
    {
        _transport = transport;
        _options = environment.Options;
        _acceptor = acceptor;
        _environment = environment;
        Memory = environment.Memory;
        Link = link;
        _format = LinkVersions.GetFormat(link.Version);
        _rules = new OpenLinkRules(link, acceptsCircuits: acceptor is not null);
        _outgoing = new OutgoingCells(_format, environment.Segments, environment.Memory, _options);
        _circuits = new ChannelCircuits(this, _format, _outgoing, environment);
        _pump = new ChannelPump(this, _outgoing, environment);
        _carry = received.ToArray();
        _carryLength = received.Length;
        Traffic = new ChannelTraffic(environment.Now);
        _isPrivate = transport.RemoteEndPoint is { } remote && InternalAddress.Contains(remote.Address);
    }

    /// <summary>Its number among the connections that this node opened; 0 for those of others.</summary>
    public long Number { get; internal set; }

    /// <summary>What the link handshake found out: version, peer, clock.</summary>
    public LinkResult Link { get; }

    /// <summary>The transport's addresses.</summary>
    public ChannelTransport Transport => _transport;

    /// <summary>Ends when the channel has closed, every circuit knows, and nothing of it runs any more; never fails: see <see cref="CloseReason"/>.</summary>
    public Task Completion => _completion.Task;

    /// <summary>Why the channel closed; null while open or when it was closed in good order.</summary>
    public Exception? CloseReason => _reason;

    /// <summary>True from the first step of closing.</summary>
    public bool IsClosed => Volatile.Read(ref _closed) != 0;

    /// <summary>Circuits on the channel now.</summary>
    public int CircuitCount => _circuits.Count;

    /// <summary>When a circuit was last added or removed, monotonic; for closing channels that nobody uses.</summary>
    public TimeSpan LastUsed => _circuits.LastChange;

    /// <summary>What has gone over the channel, as far as padding depends on it.</summary>
    public ChannelTraffic Traffic { get; }

    /// <summary>Monotonic time.</summary>
    public TimeSpan Now => _environment.Now;

    /// <summary>Cells that wait to be sent.</summary>
    public int QueuedCells => _outgoing.Count;

    /// <summary>Limits of the channel.</summary>
    internal ChannelOptions Options => _options;

    /// <summary>Whether the node's bandwidth limits hold for it.</summary>
    internal bool IsLimited => !_isPrivate || _environment.Bandwidth.CountsPrivate;

    /// <summary>What counts the memory of the channel's queues.</summary>
    internal QueueMemory Memory { get; }

    /// <summary>Where faults are reported.</summary>
    internal ILogger Log => _environment.Log;

    // All its circuits would end with it, so those whose cells are not much younger go first.
    TimeSpan? IQueueOwner.OldestQueued => QueueMemory.Earlier(_pump.WaitsSince, _outgoing.OldestDestroy) + MemoryGrace;

    /// <summary>Adds a circuit that we start, under a free id of our half.</summary>
    /// <returns>Null when the channel is closed or full.</returns>
    public ChannelCircuit? TryOpenCircuit(ICircuitEndpoint endpoint) => _circuits.TryOpen(endpoint);

    /// <summary>Adds a circuit under an id that the peer chose.</summary>
    /// <returns>Null when the id is in use or the channel is closed.</returns>
    public ChannelCircuit? Attach(uint circuitId, ICircuitEndpoint endpoint) => _circuits.Attach(circuitId, endpoint);

    /// <summary>Tells the peer that a circuit it asked for will not be.</summary>
    public void SendDestroy(uint circuitId, DestroyReason reason)
    {
        QueueDestroy(circuitId, reason);
        Flush();
    }

    /// <summary>The same, for the caller to flush: DESTROY goes out before the cells of circuits.</summary>
    public void QueueDestroy(uint circuitId, DestroyReason reason)
    {
        try
        {
            _outgoing.EnqueueDestroy(circuitId, reason, Now);
        }
        catch (ChannelProtocolException failure)
        {
            Close(failure);
        }
    }

    /// <summary>Sends a cell that belongs to no circuit.</summary>
    internal void SendLinkCell(CellCommand command, ReadOnlySpan<byte> body)
    {
        _outgoing.EnqueueLinkCell(command, body);
        Flush();
    }

    /// <summary>Sees to it that what is queued is sent: by whoever is sending already, else by this very call.</summary>
    /// <remarks>Call without holding a lock: it may encrypt, send and wake sources.</remarks>
    public void Flush() => _pump.Flush();

    /// <summary>Starts to receive. The result ends when the channel has closed.</summary>
    public void Start()
    {
        Memory.Add(this);
        _receiving = Task.Run(ReceiveAsync);
    }

    /// <summary>Closes the channel; the first reason wins. Returns at once: await <see cref="Completion"/>.</summary>
    public void Close(Exception? reason)
    {
        if (Interlocked.Exchange(ref _closed, 1) == 0)
        {
            _reason = reason;
            _transport.Abort(); // ends the receive loop, which does the rest
        }
    }

    /// <summary>Closes the channel because one of its loops failed; what no peer can bring about is reported.</summary>
    internal void CloseFaulty(Exception failure)
    {
        bool isExpected = failure is IOException or ChannelProtocolException || (failure is ObjectDisposedException && IsClosed);
        if (!isExpected)
        {
            LogFault(Log, failure);
        }

        Close(failure);
    }

    /// <summary>Closes a channel whose peer has taken nothing for so long that it never will (stock: "Expiring stuck OR connection").</summary>
    public void CloseIfStuck()
    {
        if (Now - _pump.WaitsSince >= _options.StuckTimeout)
        {
            Close(new IOException("the peer has stopped reading"));
        }
    }

    void IQueueOwner.GiveUp()
    {
        Close(new IOException("the memory for queues has run out, and the peer does not read"));
        _outgoing.Close();
        _pump.ForgetUnsent();
    }

    /// <summary>Closes and waits until everything has ended.</summary>
    public async ValueTask DisposeAsync()
    {
        Close(null);
        if (_receiving is null)
        {
            await EndAsync();
        }

        await Completion;
    }

    internal TimeSpan? OldestQueued(ChannelCircuit circuit) => _outgoing.OldestQueued(circuit);

    internal void Enqueue(ChannelCircuit circuit, CellCommand command, ReadOnlySpan<byte> body, TimeSpan now) =>
        _outgoing.Enqueue(circuit, command, body, now);

    internal void SetPaused(ChannelCircuit circuit, bool isPaused)
    {
        _outgoing.SetPaused(circuit, isPaused);
        Flush();
    }

    internal void LimitRate(ChannelCircuit circuit, long? bytesPerSecond, long burst)
    {
        _outgoing.SetRate(circuit, bytesPerSecond is not { } rate ? null : new CircuitRate(rate, burst, _environment.Time, () =>
        {
            _outgoing.OnRateFilled(circuit);
            Flush();
        }));
        Flush();
    }

    internal void Destroy(ChannelCircuit circuit, DestroyReason reason)
    {
        if (_circuits.TryEnd(circuit))
        {
            SendDestroy(circuit.CircuitId, reason);
        }
    }

    private async Task ReceiveAsync()
    {
        try
        {
            ReceiveAvailable(); // what came with the end of the handshake
            while (!IsClosed && await _transport.WaitToReadAsync()) // a transport may still have bytes after the end
            {
                if (IsLimited)
                {
                    await _environment.Bandwidth.WaitToReadAsync();
                }

                ReceiveAvailable();
            }

            Close(new IOException("the peer closed the channel"));
        }
        catch (Exception failure)
        {
            CloseFaulty(failure);
        }

        await EndAsync();
    }

    private async Task EndAsync()
    {
        _outgoing.Close();
        foreach (ChannelCircuit circuit in _circuits.All)
        {
            End(circuit, DestroyReason.ChannelClosed, _reason);
        }

        await _pump.StopAsync();
        Memory.Remove(this);
        await _transport.DisposeAsync();
        _completion.TrySetResult();
    }

    private void ReceiveAvailable()
    {
        byte[] buffer = ChannelBuffers.Receive;
        ChannelBandwidth bandwidth = _environment.Bandwidth;
        while (!IsClosed)
        {
            _batch.Now = Now;
            int carried = _carryLength;
            _carry.AsSpan(0, carried).CopyTo(buffer);
            _carryLength = 0;

            // What the handshake left over may be long: it is handled before there is room for more.
            int read = carried > MaxCarry ? 0 : _transport.Read(buffer.AsSpan(carried));
            bool isMore = read > 0 || carried > MaxCarry;
            try
            {
                int used = Dispatch(buffer.AsSpan(0, carried + read), out int cells);
                Carry(buffer.AsSpan(used, carried + read - used));
                bandwidth.OnRead(read, cells, IsLimited);
                if (cells > 0)
                {
                    Traffic.OnCells(_batch.Now);
                }
            }
            finally
            {
                // After every read, since a peer as fast as we are never lets the socket run dry; and when the channel
                // dies here, since streams that ended just before have waiters.
                _batch.Flush();
            }

            if (!isMore || (IsLimited && !bandwidth.MayRead))
            {
                break;
            }
        }
    }

    private void Carry(ReadOnlySpan<byte> rest)
    {
        if (_carry.Length < rest.Length)
        {
            _carry = new byte[Math.Max(rest.Length, Cell.FixedLength)];
        }

        rest.CopyTo(_carry);
        _carryLength = rest.Length;
    }

    /// <summary>Handles every whole cell.</summary>
    /// <returns>Bytes used.</returns>
    private int Dispatch(Span<byte> input, out int cells)
    {
        cells = 0;
        int used = 0;
        while (_format.TryRead(input[used..], _options.MaxVariableCellLength, out CellHeader header, out int length))
        {
            Dispatch(header, input.Slice(used + header.HeaderLength, header.BodyLength));
            used += length;
            cells++;
        }

        return used;
    }

    private void Dispatch(CellHeader header, Span<byte> body)
    {
        if (Memory.CheckSize())
        {
            Memory.Reclaim();
        }

        ChannelCircuit? circuit = _circuits.Find(header.CircuitId);
        switch (_rules.Judge(header, circuit is not null))
        {
            case OpenCellVerdict.Circuit when header.Command == CellCommand.Destroy:
                End(circuit!, Protocol.Cells.Destroy.Decode(body).Reason, null);
                break;
            case OpenCellVerdict.Circuit:
                Deliver(circuit!, header.Command, body);
                break;
            case OpenCellVerdict.CreateCircuit:
                OnCreate(header, body);
                break;
            case OpenCellVerdict.PaddingNegotiate:
                Traffic.OnNegotiation(body);
                break;
            case OpenCellVerdict.Destroy when circuit is not null:
                Fail(circuit, DestroyReason.Protocol, new ChannelProtocolException($"{header.Command} on a circuit in use"));
                break;
            case OpenCellVerdict.Destroy:
                Refuse(header.CircuitId, DestroyReason.Protocol);
                break;
            case OpenCellVerdict.Close:
                throw new ChannelProtocolException($"{header.Command} on an open link");
            default:
                break; // padding, and what is not for us
        }
    }

    private void Deliver(ChannelCircuit circuit, CellCommand command, Span<byte> body)
    {
        try
        {
            circuit.Endpoint.OnCell(circuit, command, body, _batch);
        }
        catch (CircuitProtocolException failure)
        {
            Fail(circuit, failure.Reason, failure);
        }
        catch (Exception failure) when (failure is not ChannelProtocolException)
        {
            // The exception boundary of security.md: a fault ends one circuit, never the process.
            LogFault(Log, failure);
            Fail(circuit, DestroyReason.Internal, failure);
        }
    }

    private void Fail(ChannelCircuit circuit, DestroyReason reason, Exception cause)
    {
        if (_circuits.TryEnd(circuit))
        {
            QueueDestroy(circuit.CircuitId, circuit.Endpoint.ReasonToTell(reason));
            _batch.Add(this);
            circuit.Endpoint.OnEnded(circuit, reason, cause);
        }
    }

    private void End(ChannelCircuit circuit, DestroyReason reason, Exception? cause)
    {
        if (_circuits.TryEnd(circuit))
        {
            circuit.Endpoint.OnEnded(circuit, reason, cause);
        }
    }

    private void OnCreate(CellHeader header, ReadOnlySpan<byte> body)
    {
        if (CircuitCount >= _options.MaxCircuits)
        {
            Refuse(header.CircuitId, DestroyReason.ResourceLimit);
            return;
        }

        _acceptor!.OnCreate(this, header.CircuitId, header.Command, body);
        _batch.Add(this);
    }

    private void Refuse(uint circuitId, DestroyReason reason)
    {
        QueueDestroy(circuitId, reason);
        _batch.Add(this);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "a fault while handling a cell; please report it")]
    private static partial void LogFault(ILogger log, Exception failure);
}
