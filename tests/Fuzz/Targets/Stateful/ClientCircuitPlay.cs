using Tunic.Tests.Fuzz.Engine;
using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.Circuits;
using Tunic.Tor.Protocol.Errors;
using Tunic.Tor.Protocol.RelayMessages;
using Tunic.Tor.Protocol.Streams;

namespace Tunic.Tests.Fuzz.Targets.Stateful;

/// <summary>A client's circuit whose relays send what the input says: well encrypted, in any order, at any time, or garbage.</summary>
internal sealed class ClientCircuitPlay
{
    private const int MaxSteps = 200;
    private const long MaxBuffered = (256 << 10) + Cell.BodyLength;

    private static readonly RelayCommand[] _commands =
    [
        RelayCommand.Data, RelayCommand.Connected, RelayCommand.End, RelayCommand.Sendme, RelayCommand.Xon, RelayCommand.Xoff, RelayCommand.Resolved,
        RelayCommand.Truncated, RelayCommand.Extended2, RelayCommand.Drop, RelayCommand.Begin, RelayCommand.BeginDir, RelayCommand.Resolve, RelayCommand.Extend2,
    ];

    private readonly InputReader _input;
    private readonly PlayedCircuit _circuit;
    private readonly List<EdgeStream> _streams = [];
    private TimeSpan _now = TimeSpan.FromSeconds(1);
    private readonly bool _congestionControl;

    private ClientCircuitPlay(InputReader input, PlayedCircuit circuit, bool congestionControl) =>
        (_input, _circuit, _congestionControl) = (input, circuit, congestionControl);

    public static IEnumerable<byte[]> Seeds()
    {
        foreach (byte kind in (byte[])[0, 1, 2, 3])
        {
            yield return [kind, 0, 2, 0, 3, 1, 1, 1, 0, 1, 4, 200, 0, 1, 1, 100, 5, 4, 3, 1, 1, 1, 1, 1, 6]; // open, connect, data, end
            yield return [kind, 0, 2, 0, 4, 255, 4, 255, 8, 8, 4, 255, 8];
            yield return [kind, 0, 7, 2, 1, 3, 6, 1, 1, 5, 0, 0, 0, 1];
            yield return [kind, 0, 2, 0, 1, 1, 1, 1, 0, 11, 1, 0, 1, 255, 200, 6, 11, 1, 4, 1, 5, 0, 0, 0, 1, 0, 9, 20];
        }
    }

    public static void Run(InputReader input)
    {
        int kind = input.Byte() & 3;
        using var circuit = new PlayedCircuit(congestionControl: kind >= 2, cgo: kind == 3);
        circuit.Extend(fast: kind == 0);
        var play = new ClientCircuitPlay(input, circuit, kind >= 2);
        try
        {
            for (int steps = 0; steps < MaxSteps && !input.IsAtEnd; steps++)
            {
                play.Step(input.Byte() % 12);
                play.Check();
            }
        }
        catch (CircuitProtocolException violation)
        {
            FuzzFailureException.Require(Enum.IsDefined(violation.Reason), "closes with a reason that is none");
            play.CheckBuffers();
        }
    }

    private void Step(int decision)
    {
        switch (decision)
        {
            case 0:
                Complete(change: false);
                break;
            case 1:
                Say(repeat: 1);
                break;
            case 2:
                Open((_input.Byte() & 3) switch { 0 or 1 => RelayCommand.Begin, 2 => RelayCommand.BeginDir, _ => RelayCommand.Resolve });
                break;
            case 3:
                Reply();
                break;
            case 4:
                Send(_input.Byte() * 200);
                break;
            case 5:
                Drain();
                break;
            case 6:
                End();
                break;
            case 7:
                ExtendMore();
                break;
            case 8:
                Acknowledge(_input.Byte());
                break;
            case 9:
                _now += TimeSpan.FromMilliseconds(1 << (_input.Byte() % 24));
                break;
            case 10:
                Garble();
                break;
            default:
                Say(repeat: 1 + _input.Byte());
                break;
        }
    }

    /// <summary>The relay that was asked for answers.</summary>
    private void Complete(bool change)
    {
        int hops = _circuit.HopCount;
        if (_circuit.Answer() is not { } reply)
        {
            return;
        }

        if (change)
        {
            _input.Change(reply);
        }

        if (hops > 0)
        {
            Receive(CellCommand.Relay, _circuit.MessageFrom(hops - 1, RelayCommand.Extended2, 0, new Extended2(reply).Encode()));
        }
        else if (reply.Length == CreatedFast.HandshakeLength)
        {
            Receive(CellCommand.CreatedFast, reply);
        }
        else
        {
            Receive(CellCommand.Created2, new Created2(reply).Encode());
        }
    }

    /// <summary>A hop says something: which hop, what, on which stream, with which body.</summary>
    private void Say(int repeat)
    {
        if (_circuit.HopCount == 0)
        {
            return;
        }

        int choice = _input.Byte();
        int hop = choice < 0xE0 ? _circuit.HopCount - 1 : choice % _circuit.HopCount;
        int number = _input.Byte();
        RelayCommand command = number < 0xF0 ? _commands[number % _commands.Length] : (RelayCommand)_input.Byte();
        ushort streamId = PickStream(_input.Byte());
        int length = _input.Byte() * 2;
        byte[] body = new byte[Math.Min(length, _circuit.MaxBodyLength(hop, command))];
        _input.Bytes(Math.Min(body.Length, 16)).CopyTo(body);
        for (int i = 0; i < repeat; i++)
        {
            Receive(CellCommand.Relay, _circuit.MessageFrom(hop, command, streamId, body));
        }
    }

    private ushort PickStream(int choice) => choice switch
    {
        0 => 0,
        < 0xF0 when _streams.Count > 0 => _streams[choice % _streams.Count].Id,
        _ => _input.UInt16(),
    };

    /// <summary>What an honest relay answers to what it heard last.</summary>
    private void Reply()
    {
        (RelayCommand command, ushort streamId) = _circuit.LastHeard;
        if (command is RelayCommand.Begin or RelayCommand.BeginDir)
        {
            Receive(CellCommand.Relay, _circuit.MessageFrom(_circuit.HopCount - 1, RelayCommand.Connected, streamId, []));
        }
        else if (command == RelayCommand.Resolve)
        {
            byte[] answer = new Resolved([ResolvedAnswer.FromError(isTransient: true, 60)]).Encode();
            Receive(CellCommand.Relay, _circuit.MessageFrom(_circuit.HopCount - 1, RelayCommand.Resolved, streamId, answer));
        }
    }

    private void Open(RelayCommand command)
    {
        if (_circuit.Client.HopCount > 0 && _circuit.Client.LastHop.TryOpen(command, command == RelayCommand.BeginDir ? [] : "a:1\0"u8, null) is { } stream)
        {
            _streams.Add(stream);
        }
    }

    private void Send(int length)
    {
        if (Latest() is not { State.FlowControl: not null } stream)
        {
            return;
        }

        CircuitEdge edge = _circuit.Client.LastHop;
        int budget = edge.GetSendBudget(stream, _now);
        int before = _circuit.SentCells;
        int sent = edge.SendData(stream, new byte[length], _now);
        FuzzFailureException.Require(sent <= length, "sent more than there was");
        FuzzFailureException.Require(sent == 0 || budget > 0, "sent although there was no budget");
        FuzzFailureException.Require(sent == 0 == (_circuit.SentCells == before), "cells without data, or data without cells");
    }

    private void Drain()
    {
        if (Latest()?.State.FlowControl is { BufferedBytes: > 0 } flow)
        {
            _circuit.Client.LastHop.OnDrained(Latest()!, (int)Math.Min(flow.BufferedBytes, 1 + (_input.Byte() * 100)), _now);
        }
    }

    private void End()
    {
        if (Latest() is { } stream)
        {
            _circuit.Client.LastHop.End(stream, new End(EndReason.Done), _now);
        }
    }

    private void ExtendMore()
    {
        if (_circuit.Client is { HopCount: > 0 and < 3, IsExtending: false } && _circuit.HopCount == _circuit.Client.HopCount)
        {
            _circuit.Extend(fast: false);
            _streams.Clear(); // they belong to the hop that is the last no longer
            if ((_input.Byte() & 7) == 7)
            {
                Complete(change: true);
            }
        }
    }

    /// <summary>A SENDME with the tag that is due, or with another.</summary>
    private void Acknowledge(int choice)
    {
        int every = _congestionControl ? 31 : 100;
        int index = every * (1 + (choice & 7)) - 1;
        if (_circuit.HopCount > 0 && index < _circuit.Tags.Count)
        {
            byte[] body = new Sendme(_circuit.Tags[index]).Encode();
            Receive(CellCommand.Relay, _circuit.MessageFrom(_circuit.HopCount - 1, RelayCommand.Sendme, 0, body));
            _circuit.Tags.RemoveRange(0, (choice & 0x80) != 0 ? 0 : every);
        }
    }

    /// <summary>A cell that is no relay cell, or one with changed bytes.</summary>
    private void Garble()
    {
        var command = (CellCommand)_input.Byte();
        byte[] body = command == CellCommand.Relay && _circuit.HopCount > 0
            ? _circuit.MessageFrom(_circuit.HopCount - 1, RelayCommand.Drop, 0, [])
            : _input.Block().ToArray();
        _input.Change(body);
        Receive(command, body);
    }

    private void Receive(CellCommand command, byte[] body)
    {
        var cell = new byte[Cell.BodyLength];
        body.AsSpan(0, Math.Min(body.Length, cell.Length)).CopyTo(cell);
        EdgeEvent happened = _circuit.Client.Receive(command, cell, _now);
        FuzzFailureException.Require(
            happened.Kind is not (EdgeEventKind.Data or EdgeEventKind.Connected or EdgeEventKind.Ended or EdgeEventKind.Resolved) || happened.Stream is not null,
            "an event of a stream without the stream");
        FuzzFailureException.Require(happened.Kind != EdgeEventKind.StreamRequested, "a relay opens a stream to the client");
        if (happened.Kind is EdgeEventKind.Ended or EdgeEventKind.Resolved)
        {
            FuzzFailureException.Require(happened.Stream!.State.Phase == StreamPhase.Ended, "ended, and not ended");
            _streams.Remove(happened.Stream);
        }
    }

    private EdgeStream? Latest() => _streams.Count == 0 || _circuit.Client.HopCount == 0 ? null : _streams[^1];

    private void Check()
    {
        if (_circuit.Client.HopCount == 0)
        {
            return;
        }

        CircuitEdge edge = _circuit.Client.LastHop;
        FuzzFailureException.Require(edge.Flow is { SendBudget: >= 0, InFlight: >= 0 }, "a window below zero");
        FuzzFailureException.Require(edge.Streams.Count <= 100, "more streams than allowed");
        FuzzFailureException.Require(edge.Streams.HalfClosed.Count <= MaxSteps, "half-closed streams out of nothing");
        CheckBuffers();
    }

    private void CheckBuffers()
    {
        foreach (EdgeStream stream in _streams)
        {
            FuzzFailureException.Require(stream.State.FlowControl?.BufferedBytes is null or (>= 0 and <= MaxBuffered), "more is buffered than allowed");
        }
    }
}
