using Tunic.Primitives.Bytes;
using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.Errors;
using Tunic.Tor.Protocol.FlowControl.Congestion;
using Tunic.Tor.Protocol.Handshakes.Extensions;
using Tunic.Tor.Protocol.RelayMessages;
using Tunic.Tor.Protocol.Streams.Rules;

namespace Tunic.Tor.Protocol.Circuits;

/// <summary>A circuit as its origin sees it: builds it hop by hop, and carries messages to and from its hops (tor-spec, "Circuit management").</summary>
/// <remarks>Pure: no lock, no task; the owner serialises. Cells go to the sink in the order in which they must be sent.</remarks>
public sealed class ClientCircuit : IDisposable
{
    /// <summary>Most hops; RELAY_EARLY allows no more.</summary>
    public const int MaxHops = 8;

    private readonly ICellSink _sink;
    private readonly RandomSource _random;
    private readonly RandomSource _padding;
    private readonly CircuitEdgeSettings _settings;
    private readonly OnionLayers _layers = new();
    private readonly List<CircuitEdge> _edges = [];
    private readonly byte[] _payload = new byte[Cell.BodyLength];
    private readonly byte[] _nonce = new byte[HopCiphers.NonceLength];
    private readonly RelayEarlyBudget _early;
    private HopHandshake? _pending;

    /// <summary>A circuit without hops yet.</summary>
    /// <param name="sink">Where its cells go.</param>
    /// <param name="settings">Flow control and limits.</param>
    /// <param name="random">For keys.</param>
    /// <param name="padding">For the padding of cells: a fast one.</param>
    public ClientCircuit(ICellSink sink, CircuitEdgeSettings settings, RandomSource random, RandomSource padding)
    {
        _sink = sink;
        _settings = settings;
        _random = random;
        _padding = padding;
        _early = RelayEarlyBudget.ForOrigin(random);
    }

    /// <summary>Hops that have answered.</summary>
    public int HopCount => _edges.Count;

    /// <summary>True while a hop has been asked and has not answered.</summary>
    public bool IsExtending => _pending is not null;

    /// <summary>The far end: streams are opened there.</summary>
    /// <exception cref="InvalidOperationException">The circuit has no hop yet.</exception>
    public CircuitEdge LastHop => _edges.Count > 0 ? _edges[^1] : throw new InvalidOperationException("the circuit has no hop yet");

    /// <summary>KH of the last relay that was added: ties an ESTABLISH_INTRO message to this circuit (rend-spec-v3, "Registering an introduction point").</summary>
    public ReadOnlySpan<byte> Nonce => _nonce;

    /// <summary>Sends CREATE_FAST or CREATE2 for the first hop.</summary>
    public void Create(HopTarget target)
    {
        RequireIdle();
        _pending = new HopHandshake(target, _random);
        if (_pending.IsFast)
        {
            _sink.Send(CellCommand.CreateFast, _pending.EncodeCreateFast());
            return;
        }

        _sink.Send(CellCommand.Create2, _pending.Create2.Encode());
    }

    /// <summary>Sends EXTEND2 for the next hop, in RELAY_EARLY.</summary>
    /// <exception cref="ArgumentException">The relay's onion key is not known.</exception>
    /// <exception cref="InvalidOperationException">The circuit is not ready, or has <see cref="MaxHops"/> hops.</exception>
    public void Extend(HopTarget target)
    {
        RequireIdle();
        if (target.NtorOnionKey.IsEmpty)
        {
            throw new ArgumentException("a relay without a known onion key can only be a first hop", nameof(target));
        }

        if (_edges.Count is 0 or >= MaxHops || _early.Left == 0)
        {
            throw new InvalidOperationException($"a circuit of {_edges.Count} hops cannot be extended");
        }

        _pending = new HopHandshake(target, _random);
        byte[] body = new Extend2(target.Specifiers, _pending.Create2).Encode();
        LastHop.IsExtending = true;
        Send(_edges.Count - 1, RelayCommand.Extend2, 0, body, default);
    }

    /// <summary>
    /// Adds the other end of a joined rendezvous circuit, which behaves as a hop behind the rendezvous point (rend-spec-v3, "Using legacy hosts as
    /// rendezvous points", "Completing the handshake").
    /// </summary>
    /// <param name="cipher">From <see cref="HopCiphers"/>; belongs to the circuit from here on.</param>
    /// <param name="parameters">What the introduction settled.</param>
    /// <param name="isService">True when we are the service: the client opens the streams.</param>
    /// <exception cref="InvalidOperationException">The circuit has no hop, or is being extended.</exception>
    public void AddRendezvousHop(ClientHopCipher cipher, CircuitParameters parameters, bool isService)
    {
        RequireIdle();
        LastHop.Expected = ExpectedMessages.None; // the rendezvous point has said all that it has to say
        _layers.Add(cipher);
        _edges.Add(CreateEdge(cipher, parameters, _settings with { Path = CongestionControlPath.Onion }));
        LastHop.Expected = isService ? ExpectedMessages.IncomingStreams : ExpectedMessages.None;
    }

    /// <summary>Takes a cell from the first hop's channel.</summary>
    /// <param name="command">The cell's command.</param>
    /// <param name="body">509 bytes, changed in place; the event's data aliases it.</param>
    /// <param name="now">Monotonic time.</param>
    /// <returns>What came of it; <see cref="EdgeEventKind.None"/> for nothing to be told.</returns>
    /// <exception cref="CircuitProtocolException">The circuit must be closed.</exception>
    public EdgeEvent Receive(CellCommand command, Span<byte> body, TimeSpan now)
    {
        switch (command)
        {
            case CellCommand.CreatedFast when _edges.Count == 0 && _pending is { IsFast: true }:
                return CompleteHop(body[..CreatedFast.HandshakeLength]);
            case CellCommand.Created2 when _edges.Count == 0 && _pending is { IsFast: false }:
                return CompleteHop(DecodeReply(body));
            case CellCommand.Relay:
                return ReceiveRelay(body, now);
            default:
                // RELAY_EARLY towards a client is a way to mark circuits (tor-spec, "Handling RELAY_EARLY cells").
                throw Violation($"{command} towards the client");
        }
    }

    /// <summary>Wipes all keys.</summary>
    public void Dispose()
    {
        _pending?.Dispose();
        _layers.Dispose();
    }

    private EdgeEvent ReceiveRelay(Span<byte> payload, TimeSpan now)
    {
        Span<byte> tag = stackalloc byte[HopCiphers.MaxTagLength];
        int hop = _layers.Decrypt(payload, CellCommand.Relay, tag);
        if (hop == OnionLayers.NotRecognized)
        {
            throw Violation("a cell that no hop has made: somebody altered it");
        }

        if (!_layers[hop].Format.TryReadHeader(payload, out RelayHeader header))
        {
            throw Violation("a relay message longer than its cell");
        }

        ReadOnlySpan<byte> body = payload.Slice(header.BodyOffset, header.BodyLength);
        if (header.Command is RelayCommand.Extended2 or RelayCommand.Truncated)
        {
            return ReceiveFromLastHop(hop, header, body);
        }

        return _edges[hop].Receive(header, body, tag[.._layers[hop].TagLength], now);
    }

    private EdgeEvent ReceiveFromLastHop(int hop, RelayHeader header, ReadOnlySpan<byte> body)
    {
        if (header.Command == RelayCommand.Truncated)
        {
            // As stock does: what is left of the circuit is of no use.
            DestroyReason reason = body.IsEmpty ? DestroyReason.None : (DestroyReason)body[0];
            throw new CircuitProtocolException(DestroyReason.None, $"hop {hop + 1} gave up the rest of the circuit: {reason}");
        }

        if (hop != _edges.Count - 1 || _pending is null || header.StreamId != 0)
        {
            throw Violation("EXTENDED2 that nobody asked for");
        }

        return CompleteHop(DecodeReply(body));
    }

    private EdgeEvent CompleteHop(ReadOnlySpan<byte> reply)
    {
        using HopHandshake handshake = _pending!;
        _pending = null;
        if (!handshake.TryComplete(reply, out ClientHopCipher? cipher, out CircuitParameters? parameters, _nonce))
        {
            throw Violation($"the handshake with hop {_edges.Count + 1} failed");
        }

        _layers.Add(cipher);
        if (_edges.Count > 0)
        {
            LastHop.IsExtending = false;
        }

        _edges.Add(CreateEdge(cipher, parameters, _settings));
        return EdgeEvent.HopAdded;
    }

    private CircuitEdge CreateEdge(ClientHopCipher cipher, CircuitParameters parameters, CircuitEdgeSettings settings) =>
        new(new HopSink(this, _edges.Count), cipher.Format, cipher.TagLength, parameters, settings, _random);

    private void Send(int hop, RelayCommand command, ushort streamId, ReadOnlySpan<byte> body, Span<byte> tag)
    {
        CellCommand cell = _early.NextCell(command, toFirstHop: hop == 0);
        _layers[hop].Format.Write(_payload, command, streamId, body, _padding);
        _layers.Originate(hop, _payload, cell, tag);
        _sink.Send(cell, _payload);
    }

    private void RequireIdle()
    {
        if (_pending is not null)
        {
            throw new InvalidOperationException("a hop is being added already");
        }
    }

    private static byte[] DecodeReply(ReadOnlySpan<byte> body)
    {
        try
        {
            return Created2.Decode(body).Handshake.ToArray();
        }
        catch (MalformedMessageException malformed)
        {
            throw Violation("a handshake reply that cannot be read", malformed);
        }
    }

    private static CircuitProtocolException Violation(string message, Exception? inner = null) =>
        new(DestroyReason.Protocol, message, inner);

    /// <summary>Sends messages to one hop.</summary>
    private sealed class HopSink(ClientCircuit circuit, int hop) : IRelayMessageSink
    {
        public void Send(RelayCommand command, ushort streamId, ReadOnlySpan<byte> body, Span<byte> tag) =>
            circuit.Send(hop, command, streamId, body, tag);
    }
}
