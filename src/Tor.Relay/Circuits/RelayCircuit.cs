using Microsoft.Extensions.Logging;
using Tunic.Primitives.Bytes;
using Tunic.Primitives.Keys;
using Tunic.Tor.Network.Channels;
using Tunic.Tor.Network.Circuits;
using Tunic.Tor.Network.Streams;
using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.Circuits;
using Tunic.Tor.Protocol.Errors;
using Tunic.Tor.Protocol.Links;
using Tunic.Tor.Protocol.RelayMessages;
using Tunic.Tor.Protocol.Streams.Rules;
using Tunic.Tor.Relay.OnionServices;

namespace Tunic.Tor.Relay.Circuits;

/// <summary>
/// A circuit that somebody else made, at this relay: takes one layer off what comes from the client and puts one on what goes back,
/// adds a hop when asked, and is the far end of streams when it ends here (tor-spec, "Circuit management"; stock command.c, relay.c).
/// </summary>
/// <remarks>Thread safe. Its state, the ciphers included, is touched only while the gate is held; see docs/decisions/0003.</remarks>
public sealed class RelayCircuit : CircuitEnd, ICircuitEndpoint, IRelayMessageSink
{
    private readonly RelayCircuits _owner;
    private readonly RelayEarlyBudget _early = RelayEarlyBudget.ForRelay();
    private readonly NextHop _next = new();
    private ChannelCircuit _previous = null!;
    private RelayHopCipher? _cipher;
    private CircuitEdge? _edge;
    private TimeSpan _lastForward;
    private bool _hasCarried;
    private bool _ended;

    internal RelayCircuit(RelayCircuits owner)
    {
        _owner = owner;
        _lastForward = owner.Environment.Now;
    }

    /// <summary>The channel towards the client.</summary>
    public Channel Channel => _previous.Channel;

    /// <summary>Whether the circuit comes straight from a client, or from somebody who has not proved to be a relay.</summary>
    public bool IsFirstHop => _previous.Channel.Link.Peer is null;

    /// <summary>True once nothing can be sent any more.</summary>
    public bool HasEnded => Volatile.Read(ref _ended);

    /// <inheritdoc/>
    protected override TimeSpan Now => _owner.Environment.Now;

    /// <inheritdoc/>
    protected override TimeProvider Time => _owner.Environment.Time;

    /// <inheritdoc/>
    protected override CircuitEdge Edge => _edge!;

    /// <inheritdoc/>
    protected override CircuitEdge? OpenEdge => _edge;

    /// <inheritdoc/>
    protected override QueueMemory Memory => _owner.Environment.Memory;

    /// <inheritdoc/>
    protected override ILogger Log => _owner.Environment.Log;

    /// <inheritdoc/>
    protected override TimeSpan? OldestQueuedCell => QueueMemory.Earlier(_previous.OldestQueued, Next?.OldestQueued);

    /// <summary>The circuit's place on the channel towards the client.</summary>
    internal ChannelCircuit Previous => _previous;

    /// <summary>The circuit's place on the channel to the next relay; null while it ends here.</summary>
    internal ChannelCircuit? Next
    {
        get
        {
            lock (Gate)
            {
                return _next.Circuit;
            }
        }
    }

    /// <summary>How often streams may be asked for; belongs to <see cref="Exits.StreamRequests"/>.</summary>
    internal TokenBucket? StreamLimit { get; set; }

    /// <summary>KH of its handshake, to which an ESTABLISH_INTRO is bound.</summary>
    internal Digest160 Nonce { get; private set; }

    /// <summary>What it is to onion services; null for nothing, as most are. Inside the gate.</summary>
    internal OnionServiceRole? Role { get; set; }

    /// <summary>Whether it goes on to another relay, or has been told to. Inside the gate.</summary>
    internal bool GoesOn => _next.IsAskedFor;

    /// <summary>Why it has ended, for the circuit that it is joined to.</summary>
    internal DestroyReason EndedWith { get; private set; }

    /// <summary>Monotonic time.</summary>
    internal TimeSpan MonotonicNow => Now;

    /// <summary>Ends the circuit in both directions with this reason. Call outside the gate.</summary>
    public void Close(DestroyReason reason) => End(reason, $"the relay closed the circuit: {reason}", null);

    void ICircuitEndpoint.OnCell(ChannelCircuit circuit, CellCommand command, Span<byte> body, ReceiveBatch batch)
    {
        Action? afterwards = null;
        RelayCircuit? joined = null;
        lock (Gate)
        {
            if (_ended)
            {
                return;
            }

            if (ReferenceEquals(circuit, _previous))
            {
                joined = ReceiveForward(command, body, batch, ref afterwards);
            }
            else if (ReferenceEquals(circuit, _next.Circuit))
            {
                ReceiveBackward(command, body, batch);
            }
        }

        // Outside the gate: what follows enters those of other circuits. Cells stay in order, since one receive loop has all of this circuit's.
        joined?.SendJoined(body, batch);
        afterwards?.Invoke();
    }

    DestroyReason ICircuitEndpoint.ReasonToTell(DestroyReason reason) => reason;

    void ICircuitEndpoint.OnEnded(ChannelCircuit circuit, DestroyReason reason, Exception? cause)
    {
        // What a DESTROY said is not passed on, since it could carry a signal past us.
        DestroyReason toOther = cause switch
        {
            CircuitProtocolException broken => broken.Reason,
            _ when circuit.Channel.IsClosed => DestroyReason.ChannelClosed,
            null => DestroyReason.Destroyed,
            _ => reason,
        };
        lock (Gate)
        {
            if (!ReferenceEquals(circuit, _previous) && !ReferenceEquals(circuit, _next.Circuit))
            {
                return; // a hop that was truncated
            }
        }

        End(toOther, cause?.Message ?? $"the circuit was destroyed: {reason}", cause);
    }

    void ICircuitEndpoint.OnWritable(ChannelCircuit circuit)
    {
        lock (Gate)
        {
            if (_ended || _edge is null || !ReferenceEquals(circuit, _previous))
            {
                return;
            }

            _edge.Flow.ChannelBlocked = false;
        }

        WakeBlocked();
    }

    /// <summary>A message of ours to the client. Inside the gate.</summary>
    void IRelayMessageSink.Send(RelayCommand command, ushort streamId, ReadOnlySpan<byte> body, Span<byte> tag) =>
        SendMessage(command, streamId, body, tag);

    /// <inheritdoc/>
    protected override void Flush() => _previous.Channel.Flush();

    /// <inheritdoc/>
    protected override EndReason ReasonToTell(EndReason reason) => reason;

    /// <inheritdoc/>
    protected override void Fail(CircuitProtocolException failure) => End(failure.Reason, failure.Message, failure);

    /// <summary>Sends what was queued. Call outside the gate.</summary>
    internal void FlushChannel() => Flush();

    /// <summary>Takes its place on the channel on which CREATE arrived.</summary>
    /// <returns>False when the channel is closing.</returns>
    internal bool TryAttach(Channel channel, uint circuitId)
    {
        lock (Gate)
        {
            if (channel.Attach(circuitId, this) is not { } place)
            {
                return false;
            }

            _previous = place;
            BeginCounting();
            return true;
        }
    }

    /// <summary>The handshake is complete: answers CREATE and opens the circuit. The caller flushes.</summary>
    internal void Open(HopHandshakeAnswer answer)
    {
        lock (Gate)
        {
            if (_ended)
            {
                answer.Cipher.Dispose();
                return;
            }

            _cipher = answer.Cipher;
            Nonce = answer.Nonce;
            _edge = new CircuitEdge(
                this,
                answer.Cipher.Format,
                answer.Cipher.TagLength,
                answer.Parameters,
                _owner.EdgeSettings(isCreateFast: answer.Command == CellCommand.CreatedFast),
                _owner.Padding);
            _previous.Send(answer.Command, answer.Body, Now);
        }

        _owner.Opened?.Invoke(Channel);
    }

    /// <summary>The channel that an extension waited for is open.</summary>
    internal void OnChannelOpen(Channel channel, PendingExtension extension)
    {
        bool sent;
        lock (Gate)
        {
            if (_ended || !_next.Awaits(extension))
            {
                return; // truncated, or gone
            }

            sent = TrySendCreate(channel, extension);
        }

        if (sent)
        {
            channel.Flush();
            return;
        }

        Close(DestroyReason.ResourceLimit);
    }

    /// <summary>The next relay cannot be reached, or is somebody else.</summary>
    internal void OnChannelFailed(PendingExtension extension)
    {
        lock (Gate)
        {
            if (_ended || !_next.Awaits(extension))
            {
                return;
            }
        }

        Close(DestroyReason.ChannelClosed);
    }

    /// <summary>Why the circuit should be closed by now, if it should.</summary>
    internal DestroyReason? FindExpiry(TimeSpan now, RelayCircuitOptions options)
    {
        lock (Gate)
        {
            if (_ended)
            {
                return null;
            }

            if (_next.WaitsFor(now) is { } waited)
            {
                return waited > options.ExtensionTimeout ? DestroyReason.Timeout : null;
            }

            bool isUnused = IsFirstHop && Role is null && _next.Circuit is null && _edge is { Streams.Count: 0 };
            return isUnused && now - _lastForward > options.IdleTimeout ? DestroyReason.Finished : null;
        }
    }

    /// <summary>Runs something inside the gate, for the sake of another circuit, unless this one has ended. Call outside of all gates; the caller flushes.</summary>
    internal void TryRun(Action action)
    {
        lock (Gate)
        {
            if (!_ended)
            {
                action();
            }
        }
    }

    /// <summary>A message about the circuit to its origin. Inside the gate.</summary>
    internal void Reply(RelayCommand command, ReadOnlySpan<byte> body) => SendMessage(command, 0, body, default);

    /// <summary>Refuses a stream. Inside the gate.</summary>
    internal void Refuse(ushort streamId, EndReason reason) => SendMessage(RelayCommand.End, streamId, [(byte)reason], default);

    /// <summary>Answers RESOLVE without further ado. Inside the gate.</summary>
    internal void Refuse(ushort streamId, Resolved answer) => SendMessage(RelayCommand.Resolved, streamId, answer.Encode(), default);

    /// <summary>Takes up a stream. Inside the gate.</summary>
    internal CircuitStream? AdmitStream(ushort streamId, RelayCommand command, bool continueInline) =>
        Admit(streamId, command, continueInline);

    /// <returns>The circuit at whose origin the cell has to go on; null when it goes nowhere else.</returns>
    private RelayCircuit? ReceiveForward(CellCommand command, Span<byte> body, ReceiveBatch batch, ref Action? afterwards)
    {
        if (_cipher is null || command is not (CellCommand.Relay or CellCommand.RelayEarly))
        {
            throw Violation($"{command} before the circuit is open, or from the wrong side");
        }

        _early.OnReceived(command, RelayDirection.Forward);
        _lastForward = batch.Now;
        if (!_hasCarried && command == CellCommand.Relay && (_next.Circuit is not null || !IsFirstHop))
        {
            _hasCarried = true; // somebody's data, on a circuit of more than one hop
            Channel.Traffic.Raise(ChannelUsage.UserTraffic);
        }

        Span<byte> tag = stackalloc byte[HopCiphers.MaxTagLength];
        if (_cipher.DecryptForward(body, command, tag))
        {
            afterwards = ReceiveMessage(command, body, tag, batch);
            return null;
        }

        if (Role is OnionServiceRole.Joined joined)
        {
            return joined.Other;
        }

        if (_next.Circuit is not { } next)
        {
            throw Violation("a cell that nobody here can read, on a circuit that ends here");
        }

        next.Send(command, body, batch.Now);
        batch.Add(next.Channel);
        return null;
    }

    /// <summary>A cell of the circuit that this one is joined to goes to this one's origin (stock circuit_receive_relay_cell).</summary>
    private void SendJoined(Span<byte> body, ReceiveBatch batch)
    {
        lock (Gate)
        {
            if (_ended)
            {
                return;
            }

            _cipher!.EncryptBackward(body, CellCommand.Relay);
            _previous.Send(CellCommand.Relay, body, batch.Now);
        }

        batch.Add(_previous.Channel);
    }

    private void ReceiveBackward(CellCommand command, Span<byte> body, ReceiveBatch batch)
    {
        _early.OnReceived(command, RelayDirection.Backward);
        switch (command)
        {
            case CellCommand.Relay:
                _cipher!.EncryptBackward(body, command);
                _previous.Send(command, body, batch.Now);
                break;
            case CellCommand.Created2 when _next.AwaitsCreated:
                _next.OnCreated();
                _edge!.IsExtending = false;
                SendExtended(body);
                break;
            default:
                throw Violation($"{command} from the next relay, which was not asked for it");
        }

        batch.Add(_previous.Channel);
    }

    /// <returns>What is to be done as soon as the gate has been left.</returns>
    private Action? ReceiveMessage(CellCommand command, Span<byte> body, ReadOnlySpan<byte> tag, ReceiveBatch batch)
    {
        if (!_cipher!.Format.TryReadHeader(body, out RelayHeader header))
        {
            throw Violation("a relay message that cannot be read");
        }

        if (RelayMessageRules.NeedsRelayEarly(header.Command) && command != CellCommand.RelayEarly)
        {
            return null; // as stock does
        }

        Action? afterwards = null;
        EdgeEvent happened = _edge!.Receive(
            header, body.Slice(header.BodyOffset, header.BodyLength), tag[.._cipher.TagLength], batch.Now);
        switch (happened.Kind)
        {
            case EdgeEventKind.StreamRequested:
                _owner.Streams.OnRequested(this, happened.Command, happened.StreamId, happened.Body, batch);
                break;
            case EdgeEventKind.CircuitMessage when happened.Command == RelayCommand.Extend2:
                Extend(happened.Body, batch);
                break;
            case EdgeEventKind.CircuitMessage when happened.Command == RelayCommand.Truncate:
                afterwards = Truncate(happened.Body);
                break;
            case EdgeEventKind.CircuitMessage when OnionServicePoints.Handles(happened.Command):
                afterwards = _owner.OnionServices.Receive(this, happened.Command, happened.Body, batch);
                break;
            default:
                TryDispatch(happened, batch); // what is left is for roles that we do not have, and is dropped
                break;
        }

        batch.Add(_previous.Channel);
        return afterwards;
    }

    private void Extend(ReadOnlySpan<byte> body, ReceiveBatch batch)
    {
        if (_next.IsAskedFor || Role is not null)
        {
            throw Violation("EXTEND2 on a circuit that goes on already");
        }

        PendingExtension extension = _owner.Extender.Judge(body, _previous.Channel);
        _edge!.IsExtending = true;
        if (_owner.Extender.FindChannel(extension) is { } channel)
        {
            if (!TrySendCreate(channel, extension))
            {
                throw new CircuitProtocolException(DestroyReason.ResourceLimit, "the channel to the next relay has no room");
            }

            batch.Add(channel);
            return;
        }

        _next.AwaitChannel(extension, batch.Now);
        _owner.Extender.OpenChannel(this, extension);
    }

    private bool TrySendCreate(Channel channel, PendingExtension extension)
    {
        if (!_next.TryCreate(this, channel, extension, Now))
        {
            return false;
        }

        Channel.Traffic.Raise(ChannelUsage.FullCircuits);
        return true;
    }

    private void SendExtended(ReadOnlySpan<byte> body)
    {
        byte[] extended;
        try
        {
            extended = new Extended2(Created2.Decode(body).Handshake).Encode();
        }
        catch (MalformedMessageException malformed)
        {
            throw Violation("a CREATED2 that cannot be read", malformed);
        }

        if (extended.Length > _cipher!.Format.MaxBodyLength(RelayCommand.Extended2))
        {
            throw Violation("a CREATED2 too long for EXTENDED2");
        }

        SendMessage(RelayCommand.Extended2, 0, extended, default);
    }

    /// <summary>Gives up the hops behind us.</summary>
    /// <returns>Destroys them, once the gate has been left.</returns>
    private Action? Truncate(ReadOnlySpan<byte> body)
    {
        if (_next.Circuit is not null && body.IsEmpty)
        {
            throw Violation("TRUNCATE without a reason");
        }

        ChannelCircuit? next = _next.GiveUp();
        _edge!.IsExtending = false;
        SendMessage(RelayCommand.Truncated, 0, new Truncated(DestroyReason.Requested).Encode(), default);
        DestroyReason reason = body.IsEmpty ? DestroyReason.None : (DestroyReason)body[0];
        return next is null ? null : () => next.Destroy(reason);
    }

    private void SendMessage(RelayCommand command, ushort streamId, ReadOnlySpan<byte> body, Span<byte> tag)
    {
        Span<byte> payload = stackalloc byte[Cell.BodyLength];
        _cipher!.Format.Write(payload, command, streamId, body, _owner.Padding);
        _cipher.OriginateBackward(payload, CellCommand.Relay, tag);
        _previous.Send(CellCommand.Relay, payload, Now);
        _edge!.Flow.ChannelBlocked = !_previous.IsWritable;
    }

    private void End(DestroyReason reason, string why, Exception? cause)
    {
        ChannelCircuit? next;
        OnionServiceRole? role;
        lock (Gate)
        {
            if (_ended)
            {
                return;
            }

            _ended = true;
            EndedWith = reason;
            next = _next.GiveUp();
            role = Role;
        }

        _owner.Remove(this, role); // first: whoever hears of the end finds the circuit gone
        _previous.Destroy(reason); // no effect on the side that has ended already
        next?.Destroy(reason);
        EndStreams(why, cause, reason);
        lock (Gate)
        {
            _cipher?.Dispose();
        }
    }

    private static CircuitProtocolException Violation(string message, Exception? inner = null) =>
        new(DestroyReason.Protocol, message, inner);
}
