using Microsoft.Extensions.Logging;
using Tunic.Primitives.Errors;
using Tunic.Tor.Network.Channels;
using Tunic.Tor.Network.Streams;
using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.Circuits;
using Tunic.Tor.Protocol.Errors;
using Tunic.Tor.Protocol.Handshakes.Extensions;
using Tunic.Tor.Protocol.Links;
using Tunic.Tor.Protocol.RelayMessages;
using Tunic.Tor.Protocol.Streams.Rules;

namespace Tunic.Tor.Network.Circuits;

/// <summary>A circuit that this node made: hops are added to it and streams opened through it.</summary>
/// <remarks>
/// Thread safe. What the circuit is used for is its owner's business. Who waits here for a hop or a stream goes on inside the
/// receive loop of the channel, and must not block there.
/// </remarks>
public sealed class OriginCircuit : CircuitEnd, ICircuitEndpoint, ICellSink, IAsyncDisposable
{
    private readonly CircuitEnvironment _environment;
    private readonly ClientCircuit _circuit;
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<HopTarget> _hops = [];
    private readonly CircuitInbox _inbox = new();
    private IIncomingStreams? _incoming;
    private ChannelCircuit _place = null!;
    private TaskCompletionSource<bool>? _hopAdded;
    private TimeSpan _now;
    private bool _ended;

    private OriginCircuit(Channel channel, CircuitEnvironment environment)
    {
        Channel = channel;
        _environment = environment;
        _circuit = new ClientCircuit(this, environment.Settings(), environment.Random, environment.Padding);
    }

    /// <summary>The hops so far, nearest first.</summary>
    public IReadOnlyList<HopTarget> Hops
    {
        get
        {
            lock (Gate)
            {
                return [.. _hops];
            }
        }
    }

    /// <summary>Ends when the circuit has; never fails: see <see cref="EndCause"/>.</summary>
    public Task Completion => _completion.Task;

    /// <summary>What ended the circuit; null while it lives or when we closed it.</summary>
    public Exception? EndCause { get; private set; }

    /// <summary>What a relay's DESTROY said; null when none ended the circuit.</summary>
    public DestroyReason? RemoteReason { get; private set; }

    /// <summary>True once nothing can be sent any more.</summary>
    public bool HasEnded => _completion.Task.IsCompleted;

    /// <summary>Streams open now.</summary>
    public int StreamCount
    {
        get
        {
            lock (Gate)
            {
                return _circuit.HopCount == 0 ? 0 : _circuit.LastHop.Streams.Count;
            }
        }
    }

    /// <summary>The channel to the first hop.</summary>
    public Channel Channel { get; }

    protected internal override TimeSpan Now => _environment.Time.GetElapsedTime(0);

    protected internal override TimeProvider Time => _environment.Time;

    protected internal override CircuitEdge Edge => _circuit.LastHop;

    protected override CircuitEdge? OpenEdge => _circuit.HopCount == 0 ? null : _circuit.LastHop;

    protected override QueueMemory Memory => Channel.Memory;

    protected override ILogger Log => Channel.Log;

    protected override TimeSpan? OldestQueuedCell => _place.OldestQueued;

    /// <summary>Makes a circuit of one hop over a channel to it.</summary>
    /// <exception cref="CircuitProtocolException">The handshake failed.</exception>
    /// <exception cref="CircuitEndedException">The relay refused or went away.</exception>
    public static async Task<OriginCircuit> CreateAsync(
        Channel channel, HopTarget first, CircuitEnvironment environment, CancellationToken cancel)
    {
        var circuit = new OriginCircuit(channel, environment);
        circuit._place = channel.TryOpenCircuit(circuit)
            ?? throw new CircuitEndedException(ErrorKind.RemoteUnreachable, "the channel to the first hop is closed or full");
        circuit.BeginCounting();
        await circuit.AddHopAsync(first, () => circuit._circuit.Create(first), cancel);
        return circuit;
    }

    /// <summary>Adds a hop.</summary>
    /// <exception cref="CircuitProtocolException">The handshake failed.</exception>
    /// <exception cref="CircuitEndedException">A relay refused or went away; the circuit is gone.</exception>
    public Task ExtendAsync(HopTarget next, CancellationToken cancel)
    {
        Channel.Traffic.Raise(ChannelUsage.FullCircuits);
        return AddHopAsync(next, () => _circuit.Extend(next), cancel);
    }

    /// <summary>Opens a stream to a target behind the last hop and waits until it is connected.</summary>
    /// <param name="begin">The target.</param>
    /// <param name="continueInline">See <see cref="AsyncSignal"/>.</param>
    /// <param name="cancel">Ends the wait and the stream.</param>
    /// <exception cref="StreamException">The exit refuses, or the target cannot be reached.</exception>
    /// <exception cref="CircuitEndedException">The circuit has ended or has no room.</exception>
    public async Task<CircuitStream> ConnectAsync(Begin begin, bool continueInline, CancellationToken cancel)
    {
        CircuitStream stream = Open(RelayCommand.Begin, begin.Encode(), continueInline);
        await WaitForAnswerAsync(stream, cancel);
        return stream;
    }

    /// <summary>Opens a stream to a target, and does not wait: what is written follows at once (optimistic data).</summary>
    /// <exception cref="CircuitEndedException">The circuit has ended or has no room.</exception>
    public CircuitStream Begin(Begin begin, bool continueInline) => Open(RelayCommand.Begin, begin.Encode(), continueInline);

    /// <summary>Opens a stream to the last hop's own directory, and does not wait for the answer.</summary>
    /// <exception cref="CircuitEndedException">The circuit has ended or has no room.</exception>
    public TorStream OpenDirectory() => new(Open(RelayCommand.BeginDir, [], continueInline: false));

    /// <summary>Looks a name or address up at the last hop.</summary>
    /// <exception cref="StreamException">The exit refuses.</exception>
    /// <exception cref="CircuitEndedException">The circuit has ended or has no room.</exception>
    public async Task<Resolved> ResolveAsync(Resolve resolve, CancellationToken cancel)
    {
        CircuitStream stream = Open(RelayCommand.Resolve, resolve.Encode(), continueInline: false);
        return Resolved.Decode(await WaitForAnswerAsync(stream, cancel));
    }

    /// <summary>Sends so many cells to the last hop that it forgets: to see what the circuit can carry.</summary>
    /// <exception cref="CircuitEndedException">The circuit has ended or has no room.</exception>
    public void SendDrops(int count)
    {
        FailIfFull(() =>
        {
            for (int sent = 0; sent < count; sent++)
            {
                _circuit.LastHop.SendDrop();
            }
        });
        Flush();
    }

    /// <summary>KH of the last hop: what ties ESTABLISH_INTRO to this circuit (rend-spec-v3, "Registering an introduction point").</summary>
    public byte[] GetNonce()
    {
        lock (Gate)
        {
            return _circuit.Nonce.ToArray();
        }
    }

    /// <summary>Sends a message to the last hop that concerns the circuit itself.</summary>
    /// <param name="command">ESTABLISH_INTRO, INTRODUCE1 or ESTABLISH_RENDEZVOUS.</param>
    /// <param name="body">The message's body.</param>
    /// <param name="answers">What the hop may say from now on; all else ends the circuit.</param>
    /// <exception cref="CircuitEndedException">The circuit has ended or has no room.</exception>
    public void SendMessage(RelayCommand command, ReadOnlyMemory<byte> body, ExpectedMessages answers)
    {
        FailIfFull(() =>
        {
            _circuit.LastHop.Expected |= answers;
            _circuit.LastHop.SendMessage(command, body.Span);
        });
        Flush();
    }

    /// <summary>Waits for the next of the answers to <see cref="SendMessage"/>. One reader at a time.</summary>
    /// <exception cref="CircuitEndedException">The circuit has ended.</exception>
    public Task<CircuitMessage> ReceiveMessageAsync(CancellationToken cancel) => _inbox.ReadAsync(cancel);

    /// <summary>The rendezvous point has joined this circuit to a service: streams are opened there from now on.</summary>
    /// <param name="cipher">The service's; belongs to the circuit from here on.</param>
    /// <param name="parameters">What the introduction settled.</param>
    /// <exception cref="CircuitEndedException">The circuit has ended.</exception>
    public void JoinService(ClientHopCipher cipher, CircuitParameters parameters) =>
        FailIfFull(() => _circuit.AddRendezvousHop(cipher, parameters, isService: false));

    /// <summary>Has the rendezvous point join this circuit to a client, who may open streams from now on.</summary>
    /// <param name="rendezvous1">Body of the message to the rendezvous point.</param>
    /// <param name="cipher">The client's; belongs to the circuit from here on.</param>
    /// <param name="parameters">What the introduction settled.</param>
    /// <param name="incoming">Takes the streams.</param>
    /// <exception cref="CircuitEndedException">The circuit has ended or has no room.</exception>
    public void JoinClient(ReadOnlyMemory<byte> rendezvous1, ClientHopCipher cipher, CircuitParameters parameters, IIncomingStreams incoming)
    {
        FailIfFull(() =>
        {
            _circuit.LastHop.SendMessage(RelayCommand.Rendezvous1, rendezvous1.Span);
            _incoming = incoming;
            _circuit.AddRendezvousHop(cipher, parameters, isService: true);
        });
        Flush();
    }

    /// <summary>Takes up a stream that a client asks for. Inside the gate.</summary>
    /// <returns>Null when there are too many; END has been sent then.</returns>
    /// <exception cref="CircuitProtocolException">The id is in use.</exception>
    public CircuitStream? AdmitStream(ushort streamId, RelayCommand command, bool continueInline) => Admit(streamId, command, continueInline);

    /// <summary>Refuses a stream that a client asks for. Inside the gate.</summary>
    public void RefuseStream(ushort streamId, EndReason reason) => _circuit.LastHop.Refuse(streamId, reason);

    /// <summary>Ends the circuit. Returns at once.</summary>
    public void Close()
    {
        _place?.Destroy(DestroyReason.None);
        End("the circuit was closed", null);
    }

    /// <summary>Ends the circuit.</summary>
    public ValueTask DisposeAsync()
    {
        Close();
        return ValueTask.CompletedTask;
    }

    void ICellSink.Send(CellCommand command, ReadOnlySpan<byte> body)
    {
        _place.Send(command, body, _now);
        if (_circuit.HopCount > 0)
        {
            _circuit.LastHop.Flow.ChannelBlocked = !_place.IsWritable;
        }
    }

    void ICircuitEndpoint.OnCell(ChannelCircuit circuit, CellCommand command, Span<byte> body, ReceiveBatch batch)
    {
        lock (Gate)
        {
            if (_ended)
            {
                return;
            }

            _now = batch.Now;
            EdgeEvent happened = _circuit.Receive(command, body, batch.Now);
            if (happened.Kind == EdgeEventKind.HopAdded)
            {
                if (_hopAdded is { } added)
                {
                    batch.After(() => added.TrySetResult(true));
                }
            }
            else if (happened.Kind == EdgeEventKind.CircuitMessage)
            {
                _inbox.Add(new CircuitMessage(happened.Command, happened.Body.ToArray()));
            }
            else if (happened.Kind == EdgeEventKind.StreamRequested && _incoming is { } incoming)
            {
                incoming.OnRequested(this, happened.Command, happened.StreamId, happened.Body, batch);
            }
            else if (!TryDispatch(happened, batch))
            {
                throw new CircuitProtocolException(DestroyReason.Protocol, $"{happened.Command} is not for us");
            }
        }

        batch.Add(circuit.Channel);
    }

    DestroyReason ICircuitEndpoint.ReasonToTell(DestroyReason reason) => DestroyReason.None;

    void ICircuitEndpoint.OnEnded(ChannelCircuit circuit, DestroyReason reason, Exception? cause)
    {
        RemoteReason = cause is null ? reason : null;
        End(cause?.Message ?? $"the circuit was destroyed: {reason}", cause, isByPeer: cause is null);
    }

    void ICircuitEndpoint.OnWritable(ChannelCircuit circuit)
    {
        lock (Gate)
        {
            if (_ended || _circuit.HopCount == 0)
            {
                return;
            }

            _circuit.LastHop.Flow.ChannelBlocked = false;
        }

        WakeBlocked();
    }

    protected internal override void Flush() => Channel.Flush();

    protected internal override EndReason ReasonToTell(EndReason reason) => _incoming is null ? EndReason.Misc : reason;

    protected internal override void Fail(CircuitProtocolException failure)
    {
        _place.Destroy(DestroyReason.None);
        End(failure.Message, failure);
    }

    private async Task AddHopAsync(HopTarget hop, Action send, CancellationToken cancel)
    {
        var added = new TaskCompletionSource<bool>(); // set outside the gate: who waits goes on there
        FailIfFull(() =>
        {
            _hopAdded = added;
            send();
            _hops.Add(hop);
        });
        Flush();
        try
        {
            await added.Task.WaitAsync(cancel);
        }
        catch (OperationCanceledException)
        {
            Close(); // a circuit with half a hop is of no use
            throw;
        }
    }

    private CircuitStream Open(RelayCommand command, byte[] body, bool continueInline)
    {
        var stream = new CircuitStream(this, continueInline, isOurs: true);
        if (_hops.Count > 1)
        {
            Channel.Traffic.Raise(ChannelUsage.UserTraffic);
        }

        FailIfFull(() => stream.Attach(_circuit.LastHop.TryOpen(command, body, stream)
            ?? throw new CircuitEndedException(ErrorKind.LimitReached, "the circuit has as many streams as it may")));
        Flush();
        return stream;
    }

    /// <summary>Sends, inside the gate. A cell that the channel has no room for is lost to the ciphers, so the circuit ends.</summary>
    /// <exception cref="CircuitEndedException">The circuit has ended, now or before.</exception>
    private void FailIfFull(Action send)
    {
        CircuitProtocolException full;
        lock (Gate)
        {
            ThrowIfEnded();
            _now = Now;
            try
            {
                send();
                return;
            }
            catch (CircuitProtocolException failure)
            {
                full = failure;
            }
        }

        Fail(full);
        throw new CircuitEndedException(ErrorKind.LimitReached, full.Message, full);
    }

    private static async Task<byte[]> WaitForAnswerAsync(CircuitStream stream, CancellationToken cancel)
    {
        try
        {
            return await stream.Answer.WaitAsync(cancel);
        }
        catch (OperationCanceledException)
        {
            stream.Close(EndReason.Misc);
            throw;
        }
    }

    private void End(string why, Exception? cause, bool isByPeer = false)
    {
        lock (Gate)
        {
            if (_ended)
            {
                return;
            }

            _ended = true;
            EndCause = cause;
        }

        _inbox.Complete(new CircuitEndedException(ErrorKind.RemoteUnreachable, why, cause) { IsByPeer = isByPeer });
        _hopAdded?.FailElsewhere(cause as CircuitProtocolException as Exception
            ?? new CircuitEndedException(ErrorKind.RemoteRefused, why, cause) { IsByPeer = isByPeer });
        EndStreams(why, cause, (cause as CircuitProtocolException)?.Reason ?? DestroyReason.None);
        lock (Gate)
        {
            _circuit.Dispose();
        }

        _completion.TrySetResult();
    }

    private void ThrowIfEnded()
    {
        if (_ended)
        {
            throw new CircuitEndedException(ErrorKind.RemoteUnreachable, EndCause?.Message ?? "the circuit has ended", EndCause);
        }
    }
}
