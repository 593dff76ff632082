using Tunic.Primitives.Bytes;
using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.Errors;
using Tunic.Tor.Protocol.FlowControl;
using Tunic.Tor.Protocol.FlowControl.Congestion;
using Tunic.Tor.Protocol.Handshakes.Extensions;
using Tunic.Tor.Protocol.RelayMessages;
using Tunic.Tor.Protocol.Streams;
using Tunic.Tor.Protocol.Streams.Rules;

namespace Tunic.Tor.Protocol.Circuits;

/// <summary>
/// One end of the conversation between a client and one of its hops: flow control, streams and the rules of what may be said
/// when. The same at both ends; encryption is behind the sink. (tor-spec, "Application connections and stream management".)
/// </summary>
/// <remarks>Pure: no lock, no task; the owner serialises.</remarks>
public sealed class CircuitEdge
{
    private readonly IRelayMessageSink _sink;
    private readonly CircuitEdgeSettings _settings;
    private readonly DataCellSizer _sizer;
    private readonly int _tagLength;
    private readonly int _maxDataLength;
    private readonly ClockHealth? _clock;

    /// <summary>The edge of a hop whose handshake has just been completed.</summary>
    /// <param name="sink">Sends messages to the other end.</param>
    /// <param name="format">The hop's cell format.</param>
    /// <param name="tagLength">Bytes of the hop's tags.</param>
    /// <param name="parameters">What the handshake settled.</param>
    /// <param name="settings">The rest.</param>
    /// <param name="random">For stream ids and cell sizes.</param>
    public CircuitEdge(
        IRelayMessageSink sink,
        RelayCellFormat format,
        int tagLength,
        CircuitParameters parameters,
        CircuitEdgeSettings settings,
        RandomSource random)
    {
        _sink = sink;
        _settings = settings;
        _sizer = new DataCellSizer(random);
        _tagLength = tagLength;
        _maxDataLength = format.MaxBodyLength(RelayCommand.Data);
        Flow = settings.CreateFlowControl(parameters);
        _clock = (Flow as VegasFlowControl)?.Clock;
        Streams = new StreamTable<EdgeStream>(random, settings.MaxStreams);
    }

    /// <summary>The circuit's window. Set <see cref="CircuitFlowControl.ChannelBlocked"/> as the channel's queue fills and empties.</summary>
    public CircuitFlowControl Flow { get; }

    /// <summary>Open and half-closed streams.</summary>
    public StreamTable<EdgeStream> Streams { get; }

    /// <summary>Whether the circuit is being extended beyond this hop.</summary>
    public bool IsExtending { get; set; }

    /// <summary>Messages allowed beyond the usual.</summary>
    public ExpectedMessages Expected { get; set; }

    /// <summary>Sends a message that concerns the circuit, and that is not flow control: those of onion services.</summary>
    /// <param name="command">ESTABLISH_INTRO, INTRODUCE1, ESTABLISH_RENDEZVOUS or RENDEZVOUS1.</param>
    /// <param name="body">The message's body.</param>
    public void SendMessage(RelayCommand command, ReadOnlySpan<byte> body) => _sink.Send(command, 0, body, default);

    /// <summary>Refuses a stream that the other end asked for.</summary>
    public void Refuse(ushort streamId, EndReason reason) => _sink.Send(RelayCommand.End, streamId, [(byte)reason], default);

    /// <summary>Sends DROP, which the other end forgets, and which no window counts: to see what a circuit can carry.</summary>
    public void SendDrop() => _sink.Send(RelayCommand.Drop, 0, [], default);

    /// <summary>Opens a stream to the other end.</summary>
    /// <param name="command">BEGIN, BEGIN_DIR or RESOLVE.</param>
    /// <param name="body">The message's body.</param>
    /// <param name="owner">Kept with the stream.</param>
    /// <returns>Null when the circuit has as many streams as it may.</returns>
    public EdgeStream? TryOpen(RelayCommand command, ReadOnlySpan<byte> body, object? owner)
    {
        var stream = new EdgeStream(
            command == RelayCommand.Resolve ? ClientStreamState.ForResolve() : ClientStreamState.ForBegin(CreateStreamFlow()))
        {
            Owner = owner,
        };
        if (!Streams.TryAllocate(stream, out ushort id))
        {
            return null;
        }

        stream.Id = id;
        _sink.Send(command, id, body, default);
        return stream;
    }

    /// <summary>Takes up a stream that the other end asked for (<see cref="EdgeEventKind.StreamRequested"/>).</summary>
    /// <returns>Null when there are too many; then END has been sent.</returns>
    /// <exception cref="CircuitProtocolException">The id is in use.</exception>
    public EdgeStream? TryAdmit(ushort streamId, RelayCommand command, object? owner)
    {
        var stream = new EdgeStream(
            command == RelayCommand.Resolve
                ? ExitStreamState.ForResolve()
                : ExitStreamState.ForBegin(CreateStreamFlow(), onionService: _settings.Role == CircuitRole.Origin))
        {
            Id = streamId,
            Owner = owner,
        };
        switch (Streams.TryAdd(streamId, stream))
        {
            case StreamAdmission.Added:
                return stream;
            case StreamAdmission.Full:
                Refuse(streamId, EndReason.ResourceLimit);
                return null;
            default:
                throw Violation($"{command} on a stream id that is in use");
        }
    }

    /// <summary>Sends CONNECTED or RESOLVED.</summary>
    public void Answer(EdgeStream stream, RelayCommand command, ReadOnlySpan<byte> body)
    {
        if (!stream.State.MaySend(command))
        {
            return; // ended in the meantime
        }

        stream.State.OnSent(command);
        _sink.Send(command, stream.Id, body, default);
        if (command == RelayCommand.Resolved)
        {
            Streams.Remove(stream.Id);
        }
        else
        {
            SendFlowControl(stream);
        }
    }

    /// <summary>Bytes that <see cref="SendData"/> would take now; 0 for "wait for an event".</summary>
    public int GetSendBudget(EdgeStream stream, TimeSpan now)
    {
        if (Flow.Blocked || !stream.State.MaySend(RelayCommand.Data))
        {
            return 0;
        }

        long cells = Math.Min(Flow.SendBudget, 1 << 16);
        return (int)Math.Min(cells * _maxDataLength, stream.State.FlowControl!.BytesAllowed(now));
    }

    /// <summary>Sends as much of <paramref name="data"/> as the windows allow.</summary>
    /// <returns>Bytes sent.</returns>
    public int SendData(EdgeStream stream, ReadOnlySpan<byte> data, TimeSpan now)
    {
        Span<byte> tag = stackalloc byte[HopCiphers.MaxTagLength];
        StreamFlowControl flow = stream.State.FlowControl!;
        int sent = 0;
        while (sent < data.Length && !Flow.Blocked && stream.State.MaySend(RelayCommand.Data))
        {
            int allowed = Math.Min(flow.BytesAllowed(now), data.Length - sent);
            if (allowed == 0)
            {
                break;
            }

            int length = _sizer.NextLength(allowed, partial: true, _maxDataLength);
            bool isAcknowledged = Flow.NextSentTriggersSendme;
            _sink.Send(RelayCommand.Data, stream.Id, data.Slice(sent, length), isAcknowledged ? tag : default);
            Flow.OnDataSent(isAcknowledged ? tag[.._tagLength] : default, now);
            flow.OnDataSent(length, now);
            sent += length;
        }

        return sent;
    }

    /// <summary>Tells that received bytes went on to the application or the target; may send XON or SENDME.</summary>
    public void OnDrained(EdgeStream stream, int length, TimeSpan now)
    {
        stream.State.FlowControl!.OnBytesDrained(length, now);
        SendFlowControl(stream);
    }

    /// <summary>Ends the stream from our side. Has no effect when it has ended.</summary>
    public void End(EdgeStream stream, End message, TimeSpan now)
    {
        if (!stream.State.MaySend(RelayCommand.End))
        {
            return;
        }

        stream.State.OnSent(RelayCommand.End);
        _sink.Send(RelayCommand.End, stream.Id, message.Encode(), default);
        if (_settings.Role == CircuitRole.Relay)
        {
            Streams.Remove(stream.Id);
            return;
        }

        // With fixed windows the counts bound what can still come; with congestion control only time does.
        TimeSpan? expiresAt = Flow is VegasFlowControl vegas
            ? now + HalfClosedStreams.Lifetime(_settings.BuildTimeout, vegas.HighestRoundTrip, onionService: _settings.Path == CongestionControlPath.Onion)
            : null;
        Streams.HalfClose(stream.Id, stream.State, expiresAt);
    }

    /// <summary>Takes a message from the other end.</summary>
    /// <param name="header">Its header.</param>
    /// <param name="body">Its body; the event's body aliases it.</param>
    /// <param name="tag">The tag of the cell it came in.</param>
    /// <param name="now">Monotonic time.</param>
    /// <exception cref="CircuitProtocolException">The circuit must be closed.</exception>
    public EdgeEvent Receive(RelayHeader header, ReadOnlySpan<byte> body, scoped ReadOnlySpan<byte> tag, TimeSpan now)
    {
        switch (RelayMessageRules.Judge(Context, header.Command, header.StreamId))
        {
            case RelayMessageVerdict.Ignore:
                return default;
            case RelayMessageVerdict.CloseCircuit:
                throw Violation($"{header.Command} is not allowed here");
        }

        if (header.Command == RelayCommand.Data && Flow.OnDataReceived())
        {
            Span<byte> sendme = stackalloc byte[Sendme.MaxLength];
            _sink.Send(RelayCommand.Sendme, 0, sendme[..new Sendme(tag).Encode(sendme)], default);
        }

        Streams.HalfClosed.OnDeadline(now);
        return IsForStream(header) ? ReceiveForStream(header, body, now) : ReceiveForCircuit(header, body, now);
    }

    private RelayMessageContext Context => new(
        _settings.Role,
        IsExtending ? CircuitPhase.Extending : CircuitPhase.Open,
        _settings.Role == CircuitRole.Origin ? RelayDirection.Backward : RelayDirection.Forward,
        Expected);

    /// <summary>A message that only ever concerns the circuit does so whatever stream id it bears (format 0 has room for one).</summary>
    private static bool IsForStream(RelayHeader header) =>
        header.StreamId != 0 && (header.Command.HasStreamId || header.Command == RelayCommand.Sendme);

    private EdgeEvent ReceiveForCircuit(RelayHeader header, ReadOnlySpan<byte> body, TimeSpan now)
    {
        switch (header.Command)
        {
            case RelayCommand.Sendme:
                try
                {
                    Flow.OnSendme(Sendme.Decode(body), now);
                }
                catch (MalformedMessageException malformed)
                {
                    throw Violation("a SENDME that cannot be read", malformed);
                }

                return new EdgeEvent(EdgeEventKind.CircuitWindowOpened, header, null, body);
            case RelayCommand.Drop:
            case RelayCommand.Data: // of stream 0: relays drop it, after it has been counted
                return default;
            default:
                return new EdgeEvent(EdgeEventKind.CircuitMessage, header, null, body);
        }
    }

    private EdgeEvent ReceiveForStream(RelayHeader header, ReadOnlySpan<byte> body, TimeSpan now)
    {
        if (!Streams.TryGet(header.StreamId, out EdgeStream? stream))
        {
            return Streams.OnStrayMessage(_settings.Role, header.StreamId, header.Command, body, now)
                ? new EdgeEvent(EdgeEventKind.StreamRequested, header, null, body)
                : default;
        }

        if (_settings.Role == CircuitRole.Relay && IsForNothing(header.Command, stream.State.Phase))
        {
            return default; // stock drops it, and the stream goes on
        }

        stream.State.OnMessage(header.Command, body, now);
        switch (header.Command)
        {
            case RelayCommand.Data:
                if (stream.State.FlowControl!.BufferedBytes > _settings.MaxBufferedBytes)
                {
                    throw new CircuitProtocolException(
                        DestroyReason.ResourceLimit, $"{stream.State.FlowControl.BufferedBytes} bytes wait on a stream: the peer ignores XOFF");
                }

                SendFlowControl(stream);
                return new EdgeEvent(EdgeEventKind.Data, header, stream, body);
            case RelayCommand.Connected:
                return new EdgeEvent(EdgeEventKind.Connected, header, stream, body);
            case RelayCommand.Resolved:
                Streams.Remove(stream.Id);
                return new EdgeEvent(EdgeEventKind.Resolved, header, stream, body);
            case RelayCommand.End:
                Streams.Remove(stream.Id);
                return new EdgeEvent(EdgeEventKind.Ended, header, stream, body);
            case RelayCommand.Begin or RelayCommand.BeginDir or RelayCommand.Resolve:
                throw Violation($"{header.Command} on a stream id that is in use");
            default:
                return new EdgeEvent(EdgeEventKind.StreamWindowOpened, header, stream, body);
        }
    }

    /// <summary>
    /// What opens a stream, on one that is open; XON and XOFF where windows do their work; all but DATA and END while the stream is not open
    /// yet (stock connection_edge_process_relay_cell_not_open).
    /// </summary>
    private bool IsForNothing(RelayCommand command, StreamPhase phase) =>
        (phase is StreamPhase.Connecting or StreamPhase.Resolving && command is not (RelayCommand.Data or RelayCommand.End))
        || command is RelayCommand.Begin or RelayCommand.BeginDir or RelayCommand.Resolve
        || (command is RelayCommand.Xon or RelayCommand.Xoff && _clock is null);

    private StreamFlowControl CreateStreamFlow() => _clock is null
        ? new FixedWindowStreamFlowControl()
        : new XonXoffStreamFlowControl(_settings.StreamFlow, clientSide: _settings.Role == CircuitRole.Origin, _clock);

    private void SendFlowControl(EdgeStream stream)
    {
        StreamFlowControl flow = stream.State.FlowControl!;
        while (stream.State.Phase != StreamPhase.Connecting && !stream.State.EndSent && flow.TryTakeMessage(out StreamFlowControlMessage message))
        {
            if (stream.State.MaySend(message.Command))
            {
                _sink.Send(message.Command, stream.Id, message.EncodeBody(), default);
            }
        }
    }

    private static CircuitProtocolException Violation(string message, Exception? inner = null) =>
        new(DestroyReason.Protocol, message, inner);
}
