using System.Net;
using Tunic.Primitives.Time;
using Tunic.Tests.Fuzz.Engine;
using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.Circuits;
using Tunic.Tor.Protocol.Handshakes;
using Tunic.Tor.Protocol.Links;
using Tunic.Tor.Protocol.RelayMessages;

namespace Tunic.Tests.Fuzz.Targets.Stateful;

/// <summary>
/// A relay with a channel to a client (or to another relay) and one to the next relay. Both send what the input says: circuits, encrypted
/// messages of any kind, cells for hops behind, answers nobody asked for, garbage; they stop reading, and time passes.
/// </summary>
internal sealed class RelayCircuitPlay : IAsyncDisposable
{
    private const int MaxSteps = 100;
    private const long MaxQueueMemory = 4 << 20;

    private static readonly RelayCommand[] _commands =
    [
        RelayCommand.Data, RelayCommand.Begin, RelayCommand.BeginDir, RelayCommand.Resolve, RelayCommand.End, RelayCommand.Sendme, RelayCommand.Xon, RelayCommand.Xoff,
        RelayCommand.Extend2, RelayCommand.Truncate, RelayCommand.Drop, RelayCommand.Connected, RelayCommand.Extended2, RelayCommand.Truncated, RelayCommand.Resolved,
    ];

    private readonly InputReader _input;
    private readonly PlayedRelay _relay = new();
    private readonly PlayedChannel _client;
    private readonly PlayedChannel _next;
    private readonly SeededRandomSource _random = new(5);
    private readonly Dictionary<uint, ClientHopCipher> _ciphers = [];
    private readonly Dictionary<uint, CreateFastClientHandshake> _asked = [];
    private readonly List<uint> _created = [];

    private RelayCircuitPlay(InputReader input)
    {
        _input = input;
        PeerIdentity? identity = (input.Byte() & 1) == 0 ? null : PlayedRelay.Someone(5);
        (var channel, PlayedTransport transport) = _relay.Connect(identity, IPAddress.Parse("203.0.113.5"), LinkRole.Responder);
        _client = new PlayedChannel(channel, transport) { Received = OnClientCell };
        (channel, transport) = _relay.Connect(PlayedRelay.Next, PlayedRelay.NextAddress, LinkRole.Initiator);
        _next = new PlayedChannel(channel, transport) { Received = OnNextCell };
    }

    public static IEnumerable<byte[]> Seeds()
    {
        foreach (byte kind in (byte[])[0, 1])
        {
            yield return [kind, 0, 1, 2, 1, 3, 0, 3, 1, 1, 10, 0, 0, 4]; // create, extend, created, message
            yield return [kind, 0, 1, 2, 1, 3, 0, 3, 9, 1, 200, 10, 0, 200, 7, 0, 9, 1, 200, 10, 0, 200, 7, 1];
            yield return [kind, 0, 1, 6, 1, 1, 6, 1, 2, 6, 1, 0, 1, 1, 4, 1, 1, 5];
            yield return [kind, 0, 1, 2, 1, 3, 0, 3, 1, 1, 9, 0, 1, 9, 2, 1, 8, 100, 4, 1, 4, 0];
        }
    }

    public static void Run(InputReader input)
    {
        RunAsync(input).GetAwaiter().GetResult();
    }

    public async ValueTask DisposeAsync()
    {
        await _relay.DisposeAsync();
        foreach (ClientHopCipher cipher in _ciphers.Values)
        {
            cipher.Dispose();
        }
    }

    private static async Task RunAsync(InputReader input)
    {
        await using var play = new RelayCircuitPlay(input);
        for (int steps = 0; steps < MaxSteps && !input.IsAtEnd && !play._client.Channel.IsClosed; steps++)
        {
            play.Step(input.Byte() % 12);
            play.Check();
        }

        await play.CloseAsync();
    }

    private void Step(int decision)
    {
        switch (decision)
        {
            case 0:
                Create(PickCircuit());
                break;
            case 1:
                Say(PickCircuit());
                break;
            case 2:
                Extend(PickCircuit());
                break;
            case 3:
                Answer();
                break;
            case 4:
                _client.Send(PickCircuit(), (CellCommand)_input.Byte(), _input.Block());
                break;
            case 5:
                _next.Send(PickCreated(_input.Byte()), (CellCommand)_input.Byte(), _input.Block());
                break;
            case 6:
                Request(PickCircuit());
                break;
            case 7:
                PlayedChannel stalled = (_input.Byte() & 2) == 0 ? _client : _next;
                stalled.Transport.Stall(!stalled.Transport.IsStalled);
                break;
            case 8:
                _relay.Advance(TimeSpan.FromSeconds(_input.Byte()));
                _relay.Circuits.CloseExpired();
                break;
            case 9:
                FloodForward(PickCircuit(), _input.Byte());
                break;
            case 10:
                FloodBackward(PickCreated(_input.Byte()), _input.Byte());
                break;
            default:
                _client.SendGarbage(_input.Block().ToArray());
                break;
        }
    }

    private uint PickCircuit()
    {
        int choice = _input.Byte();
        return choice < 0xF0 ? 0x8000_0000u | (uint)(choice % 4) : _input.UInt32();
    }

    private uint PickCreated(int choice) => choice < 0xF0 && _created.Count > 0 ? _created[choice % _created.Count] : _input.UInt32();

    private void Create(uint id)
    {
        var handshake = new CreateFastClientHandshake(_random);
        _asked.TryAdd(id, handshake); // on an id in use it is ignored
        _client.Send(id, CellCommand.CreateFast, handshake.Request.Span);
    }

    private void Say(uint id)
    {
        RelayCommand command = _input.Byte() is var number && number < 0xF0 ? _commands[number % _commands.Length] : (RelayCommand)_input.Byte();
        CellCommand cell = (_input.Byte() & 1) == 0 ? CellCommand.Relay : CellCommand.RelayEarly;
        SendMessage(id, command, _input.Byte() is var stream && stream < 0xF0 ? (ushort)stream : _input.UInt16(), _input.Block(), cell);
    }

    private void Extend(uint id)
    {
        var target = LinkSpecifiers.For(new IPEndPoint(PlayedRelay.NextAddress, 9001), PlayedRelay.Next.RsaIdentity, PlayedRelay.Next.Ed25519Identity, null);
        byte[] body = new Extend2(target, new Create2(HandshakeType.Ntor, new byte[84])).Encode();
        if ((_input.Byte() & 3) == 3)
        {
            _input.Change(body);
        }

        SendMessage(id, RelayCommand.Extend2, 0, body, CellCommand.RelayEarly);
    }

    private void Answer()
    {
        uint id = PickCreated(_input.Byte());
        _next.Send(id, CellCommand.Created2, new Created2(_input.Bytes(_input.Byte()).ToArray()).Encode());
    }

    /// <summary>A good request for a stream.</summary>
    private void Request(uint id)
    {
        ushort stream = _input.Byte();
        switch (_input.Byte() % 4)
        {
            case 0:
                SendMessage(id, RelayCommand.Begin, stream, new Begin("a.example", 80).Encode(), CellCommand.Relay);
                break;
            case 1:
                SendMessage(id, RelayCommand.BeginDir, stream, [], CellCommand.Relay);
                break;
            case 2:
                SendMessage(id, RelayCommand.Resolve, stream, new Resolve("a.example").Encode(), CellCommand.Relay);
                break;
            default:
                SendMessage(id, RelayCommand.Resolve, stream, Resolve.Reverse(IPAddress.Loopback).Encode(), CellCommand.Relay);
                break;
        }
    }

    private void SendMessage(uint id, RelayCommand command, ushort streamId, ReadOnlySpan<byte> body, CellCommand cell)
    {
        if (!_ciphers.TryGetValue(id, out ClientHopCipher? cipher))
        {
            return;
        }

        var payload = new byte[Cell.BodyLength];
        RelayCellFormat.V0.Write(payload, command, streamId, body, _random);
        cipher.Originate(payload, cell, default);
        _client.Send(id, cell, payload);
    }

    /// <summary>Cells for a hop behind the relay.</summary>
    private void FloodForward(uint id, int count)
    {
        for (int i = 0; i < count && _ciphers.TryGetValue(id, out ClientHopCipher? cipher); i++)
        {
            var payload = new byte[Cell.BodyLength];
            payload.AsSpan().Fill(0xEE);
            cipher.EncryptForward(payload, CellCommand.Relay);
            _client.Send(id, CellCommand.Relay, payload);
        }
    }

    private void FloodBackward(uint id, int count)
    {
        for (int i = 0; i < count; i++)
        {
            _next.Send(id, CellCommand.Relay, [0xDD]);
        }
    }

    private void OnClientCell(uint id, CellCommand command, byte[] body)
    {
        switch (command)
        {
            case CellCommand.CreatedFast when _asked.Remove(id, out CreateFastClientHandshake? handshake):
                var keys = new byte[HopCiphers.KeyMaterialLength(RelayCryptography.Tor1)];
                if (handshake.TryComplete(body.AsSpan(0, CreatedFast.HandshakeLength), keys)) // not the answer to one that was destroyed before
                {
                    _ciphers[id] = HopCiphers.CreateClient(RelayCryptography.Tor1, keys);
                }

                break;
            case CellCommand.Destroy:
                _ciphers.Remove(id);
                _asked.Remove(id);
                break;
            case CellCommand.Relay when _ciphers.TryGetValue(id, out ClientHopCipher? cipher):
                cipher.DecryptBackward(body, CellCommand.Relay, default);
                break;
        }
    }

    private void OnNextCell(uint id, CellCommand command, byte[] body)
    {
        if (command == CellCommand.Create2)
        {
            _created.Add(id);
        }
    }

    private void Check()
    {
        _relay.WaitForStreams();
        _client.ReadAll();
        _next.ReadAll();
        _relay.RequireNoFault();
        FuzzFailureException.Require(_client.Channel.CircuitCount is >= 0 and <= 8, "more circuits than allowed");
        FuzzFailureException.Require(_relay.QueueMemory is >= 0 and <= MaxQueueMemory, "more is queued than allowed");
    }

    /// <summary>Once the channels have gone, nothing is left.</summary>
    private async Task CloseAsync()
    {
        _client.Channel.Close(null);
        _next.Channel.Close(null);
        await _client.Channel.Completion;
        await _next.Channel.Completion;
        _relay.WaitForStreams();
        _relay.RequireNoFault();
        SpinWait.SpinUntil(() => _relay.Circuits.Count == 0 && _relay.QueueMemory == 0, TimeSpan.FromSeconds(5)); // a pump may be at work on another thread
        FuzzFailureException.Require(_relay.Circuits.Count == 0, "circuits that outlive their channel");
        FuzzFailureException.Require(_relay.QueueMemory == 0, $"queues that outlive their circuits: {_relay.QueueMemory} bytes");
        FuzzFailureException.Require(_client.Channel.CircuitCount == 0 && _next.Channel.CircuitCount == 0, "a closed channel that counts circuits");
    }
}
