using Tunic.Primitives.Time;
using Tunic.Tests.Fuzz.Engine;
using Tunic.Tor.Protocol.Circuits;
using Tunic.Tor.Protocol.Errors;
using Tunic.Tor.Protocol.Handshakes.Extensions;
using Tunic.Tor.Protocol.RelayMessages;
using Tunic.Tor.Protocol.Streams;
using Tunic.Tor.Protocol.Streams.Rules;

namespace Tunic.Tests.Fuzz.Targets.Stateful;

/// <summary>One end of a circuit without its ciphers, at the client or at the relay: the peer's messages, and what the owner does meanwhile.</summary>
internal sealed class EdgePlay : IRelayMessageSink
{
    private const int MaxSteps = 300;
    private const int MaxStreams = 20;
    private const long MaxBuffered = 100_000;

    private static readonly RelayCommand[] _fromPeer =
    [
        RelayCommand.Data, RelayCommand.Sendme, RelayCommand.Xon, RelayCommand.Xoff, RelayCommand.End, RelayCommand.Connected, RelayCommand.Resolved, RelayCommand.Begin,
        RelayCommand.BeginDir, RelayCommand.Resolve, RelayCommand.Drop, RelayCommand.Extend2, RelayCommand.Truncate, RelayCommand.Truncated, RelayCommand.Extended2,
    ];

    private readonly InputReader _input;
    private readonly CircuitEdge _edge;
    private readonly CircuitRole _role;
    private readonly RelayCellFormat _format;
    private readonly List<EdgeStream> _streams = [];
    private readonly Queue<byte[]> _tags = new();
    private TimeSpan _now = TimeSpan.FromSeconds(1);
    private long _dataSent;

    private EdgePlay(InputReader input)
    {
        int kind = input.Byte();
        _input = input;
        _role = (kind & 1) == 0 ? CircuitRole.Origin : CircuitRole.Relay;
        _format = (kind & 4) == 0 ? RelayCellFormat.V0 : RelayCellFormat.V1;
        var parameters = new CircuitParameters(
            (kind & 4) == 0 ? RelayCryptography.Tor1 : RelayCryptography.Cgo, CongestionControl: (kind & 2) != 0, SendmeIncrement: 31);
        _edge = new CircuitEdge(
            this,
            _format,
            (kind & 4) == 0 ? Sendme.Tor1TagLength : Sendme.CgoTagLength,
            parameters,
            new CircuitEdgeSettings { Role = _role, MaxBufferedBytes = MaxBuffered, MaxStreams = MaxStreams, IsCreateFast = (kind & 8) != 0 },
            new SeededRandomSource(1));
    }

    public static IEnumerable<byte[]> Seeds()
    {
        for (byte kind = 0; kind < 8; kind++)
        {
            yield return (kind & 1) == 0
                ? [kind, 1, 0, 0, 5, 1, 0, 2, 255, 2, 255, 3, 0, 0, 0, 1, 200, 4, 200, 5]
                : [kind, 0, 7, 0, 9, 0, 6, 0, 0, 9, 100, 4, 200, 2, 255, 7, 0, 5];
            yield return [kind, 1, 0, 0, 5, 1, 0, 2, 255, 2, 255, 2, 255, 2, 255, 7, 0, 0, 2, 1, 4, 2, 255, 0, 3, 1, 0, 8, 20, 2, 9];
        }
    }

    public static void Run(InputReader input)
    {
        var play = new EdgePlay(input);
        try
        {
            for (int steps = 0; steps < MaxSteps && !input.IsAtEnd; steps++)
            {
                play.Step(input.Byte() % 10);
                play.Check();
            }
        }
        catch (CircuitProtocolException violation)
        {
            FuzzFailureException.Require(violation.Reason is DestroyReason.Protocol or DestroyReason.ResourceLimit, "closes with another reason");
        }
    }

    void IRelayMessageSink.Send(RelayCommand command, ushort streamId, ReadOnlySpan<byte> body, Span<byte> tag)
    {
        FuzzFailureException.Require(body.Length <= _format.MaxBodyLength(command), "a message longer than its cell");
        FuzzFailureException.Require(command.HasStreamId == (streamId != 0) || command == RelayCommand.Sendme, "a stream id where none belongs, or none where one does");
        if (command == RelayCommand.Data)
        {
            _dataSent++;
            tag.Fill((byte)_dataSent);
            if (!tag.IsEmpty)
            {
                _tags.Enqueue(tag[..(_format == RelayCellFormat.V0 ? Sendme.Tor1TagLength : Sendme.CgoTagLength)].ToArray());
            }
        }
    }

    private void Step(int decision)
    {
        switch (decision)
        {
            case 0:
                Hear(1);
                break;
            case 1:
                Open();
                break;
            case 2:
                Send(_input.Byte() * 400);
                break;
            case 3:
                Hear(1 + _input.Byte());
                break;
            case 4:
                Drain();
                break;
            case 5 when Pick() is { } stream:
                _edge.End(stream, new End((EndReason)(1 + _input.Byte() % 10)), _now);
                break;
            case 6 when Pick() is { } asked:
                _edge.Answer(asked, asked.State.Phase == StreamPhase.Resolving ? RelayCommand.Resolved : RelayCommand.Connected, []);
                break;
            case 7 when _tags.TryDequeue(out byte[]? tag):
                Receive(RelayCommand.Sendme, 0, (_input.Byte() & 7) == 7 ? [1, 0, 20, .. new byte[20]] : new Sendme(tag).Encode());
                break;
            case 8:
                _now += TimeSpan.FromTicks(1L << _input.Byte() % 42);
                break;
            case 9:
                _edge.Flow.ChannelBlocked = (_input.Byte() & 1) != 0;
                _edge.IsExtending = (_input.Byte() & 3) == 3;
                break;
        }
    }

    private void Open()
    {
        if (_role == CircuitRole.Origin
            && _edge.TryOpen((_input.Byte() & 3) == 3 ? RelayCommand.Resolve : RelayCommand.Begin, "a:1\0"u8, null) is { } stream)
        {
            _streams.Add(stream);
        }
    }

    private EdgeStream? Pick() => _streams.Count == 0 ? null : _streams[_input.Byte() % _streams.Count];

    private void Hear(int count)
    {
        int number = _input.Byte();
        RelayCommand command = number < 0xF0 ? _fromPeer[number % _fromPeer.Length] : (RelayCommand)_input.Byte();
        ushort streamId = _input.Byte() is var choice && choice < 0xE0 && _streams.Count > 0 ? _streams[choice % _streams.Count].Id : _input.UInt16();
        if (!command.HasStreamId && (command != RelayCommand.Sendme || choice == 0))
        {
            streamId = 0;
        }

        var body = new byte[Math.Min(_input.Byte() * 2, _format.MaxBodyLength(command))];
        _input.Bytes(Math.Min(body.Length, 8)).CopyTo(body);
        for (int i = 0; i < count; i++)
        {
            Receive(command, streamId, body);
        }
    }

    private void Receive(RelayCommand command, ushort streamId, ReadOnlySpan<byte> body)
    {
        Span<byte> tag = stackalloc byte[_format == RelayCellFormat.V0 ? Sendme.Tor1TagLength : Sendme.CgoTagLength];
        EdgeEvent happened = _edge.Receive(new RelayHeader(command, streamId, 11, body.Length), body, tag, _now);
        switch (happened.Kind)
        {
            case EdgeEventKind.StreamRequested:
                FuzzFailureException.Require(_role == CircuitRole.Relay, "a relay opens a stream to the client");
                if (_edge.TryAdmit(happened.StreamId, happened.Command, null) is { } admitted)
                {
                    _streams.Add(admitted);
                }

                break;
            case EdgeEventKind.Ended or EdgeEventKind.Resolved:
                FuzzFailureException.Require(happened.Stream!.State.Phase == StreamPhase.Ended, "ended, and not ended");
                FuzzFailureException.Require(!_edge.Streams.TryGet(streamId, out _), "ended, and still in the table");
                _streams.Remove(happened.Stream);
                break;
            case EdgeEventKind.Data or EdgeEventKind.Connected or EdgeEventKind.StreamWindowOpened:
                FuzzFailureException.Require(happened.Stream!.State.Phase != StreamPhase.Ended, "data of a stream that has ended");
                break;
        }
    }

    private void Send(int length)
    {
        if (Pick() is not { State.FlowControl: not null } stream)
        {
            return;
        }

        int budget = _edge.GetSendBudget(stream, _now);
        long before = _dataSent;
        int inFlight = _edge.Flow.InFlight;
        int sent = _edge.SendData(stream, new byte[length], _now);
        FuzzFailureException.Require(sent >= 0 && sent <= length, "sent more than there was");
        FuzzFailureException.Require(sent == 0 || budget > 0, "sent although there was no budget");
        FuzzFailureException.Require(_edge.Flow.InFlight - inFlight == _dataSent - before, "cells that nobody counts");
    }

    private void Drain()
    {
        if (Pick() is { State.FlowControl: { BufferedBytes: > 0 } flow } stream)
        {
            _edge.OnDrained(stream, (int)Math.Min(flow.BufferedBytes, 1 + _input.Byte() * 100), _now);
        }
    }

    private void Check()
    {
        FuzzFailureException.Require(_edge.Flow is { SendBudget: >= 0, InFlight: >= 0 }, "a window below zero");
        FuzzFailureException.Require(_edge.Streams.Count <= MaxStreams, "more streams than allowed");
        foreach (EdgeStream stream in _streams)
        {
            FuzzFailureException.Require(stream.State.FlowControl?.BufferedBytes is null or (>= 0 and <= MaxBuffered), "more is buffered than allowed");
            bool isOpen = _edge.Streams.TryGet(stream.Id, out EdgeStream? known) && ReferenceEquals(known, stream);
            FuzzFailureException.Require(isOpen || !stream.State.MaySend(RelayCommand.Data), "a stream that has left the table and still sends");
        }

        _streams.RemoveAll(stream => !_edge.Streams.TryGet(stream.Id, out EdgeStream? known) || !ReferenceEquals(known, stream));
    }
}
