using Tunic.Primitives.Keys;
using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.Circuits;
using Tunic.Tor.Protocol.Handshakes;
using Tunic.Tor.Protocol.Handshakes.Extensions;
using Tunic.Tor.Protocol.RelayMessages;
using Tunic.Tor.Protocol.Streams.Rules;

namespace Tunic.Tests.Tor.Protocol.Circuits.Ends;

/// <summary>A client's circuit of one hop and the relay at its other end, joined by queues: no network, no clock.</summary>
internal sealed class CircuitPair : IDisposable
{
    internal static readonly TimeSpan Now = TimeSpan.FromSeconds(1);

    private readonly SeededRandomSource _random = new(7);
    private readonly NtorKeyPair _onionKey;
    private readonly NtorKeyRing _ring;
    private readonly RsaIdentity _rsa;
    private readonly Ed25519Identity _ed25519;
    private readonly CircuitCapabilities _capabilities;

    internal CircuitPair(bool congestionControl, bool cgo)
    {
        _capabilities = new CircuitCapabilities(congestionControl, 31, cgo);
        _onionKey = NtorKeyPair.Generate(_random);
        _ring = new NtorKeyRing(_random, _onionKey);
        var bytes = new byte[32];
        _random.Fill(bytes);
        _rsa = new RsaIdentity(bytes.AsSpan(0, 20));
        _ed25519 = new Ed25519Identity(bytes);
        Client = new ClientCircuit(
            ToRelay, new CircuitEdgeSettings { Role = CircuitRole.Origin }, _random, new PaddingSource(_random));
    }

    internal ClientCircuit Client { get; }

    internal CellList ToRelay { get; } = new();

    internal CellList ToClient { get; } = new();

    internal RelayHopCipher Cipher { get; private set; } = null!;

    internal CircuitEdge Relay { get; private set; } = null!;

    /// <summary>What the relay's edge told, in order: kind, stream id and body.</summary>
    internal List<(EdgeEventKind Kind, RelayCommand Command, ushort StreamId, byte[] Body)> RelayEvents { get; } = [];

    /// <summary>What the client's circuit told.</summary>
    internal List<(EdgeEventKind Kind, RelayCommand Command, ushort StreamId, byte[] Body)> ClientEvents { get; } = [];

    internal HopTarget Target => new()
    {
        RsaIdentity = _rsa,
        Ed25519Identity = _ed25519,
        NtorOnionKey = _onionKey.PublicKey.ToArray(),
        Specifiers = LinkSpecifiers.For(null, _rsa, _ed25519, null),
        UseNtorV3 = _capabilities.CongestionControl,
        Wanted = _capabilities,
    };

    /// <summary>Completes the handshake.</summary>
    internal void Open()
    {
        Client.Create(Target);
        (CellCommand command, byte[] body) = ToRelay.Take();
        Assert.Equal(CellCommand.Create2, command);
        byte[] reply = Answer(Create2.Decode(body));
        Deliver(CellCommand.Created2, new Created2(reply).Encode());
        Assert.Equal(EdgeEventKind.HopAdded, ClientEvents.Single().Kind);
        ClientEvents.Clear();
    }

    /// <summary>Moves all cells until both sides are quiet.</summary>
    internal void Exchange()
    {
        while (ToRelay.Count > 0 || ToClient.Count > 0)
        {
            while (ToRelay.Count > 0)
            {
                DeliverToRelay(ToRelay.Take());
            }

            while (ToClient.Count > 0)
            {
                (CellCommand command, byte[] body) = ToClient.Take();
                Deliver(command, body);
            }
        }
    }

    internal void DeliverToRelay((CellCommand Command, byte[] Body) cell)
    {
        Span<byte> tag = stackalloc byte[HopCiphers.MaxTagLength];
        Assert.True(Cipher.DecryptForward(cell.Body, cell.Command, tag));
        Assert.True(Cipher.Format.TryReadHeader(cell.Body, out RelayHeader header));
        EdgeEvent happened = Relay.Receive(
            header, cell.Body.AsSpan(header.BodyOffset, header.BodyLength), tag[..Cipher.TagLength], Now);
        Record(RelayEvents, happened);
        if (happened.Kind == EdgeEventKind.StreamRequested)
        {
            EdgeStream stream = Relay.TryAdmit(happened.StreamId, happened.Command, null)!;
            Relay.Answer(stream, RelayCommand.Connected, []);
        }
    }

    internal void Deliver(CellCommand command, byte[] body)
    {
        var cell = new byte[Cell.BodyLength];
        body.CopyTo(cell, 0);
        Record(ClientEvents, Client.Receive(command, cell, Now));
    }

    /// <summary>Sends a message that the relay's edge would not send by itself.</summary>
    internal void SendFromRelay(RelayCommand command, ushort streamId, ReadOnlySpan<byte> body) =>
        new RelaySink(this).Send(command, streamId, body, default);

    public void Dispose()
    {
        Client.Dispose();
        Cipher?.Dispose();
        _ring.Dispose();
        _onionKey.Dispose();
    }

    private static void Record(List<(EdgeEventKind, RelayCommand, ushort, byte[])> events, EdgeEvent happened)
    {
        if (happened.Kind != EdgeEventKind.None)
        {
            events.Add((happened.Kind, happened.Command, happened.StreamId, happened.Body.ToArray()));
        }
    }

    private byte[] Answer(Create2 create)
    {
        CircuitParameters parameters = CircuitParameters.Unnegotiated;
        Span<byte> keys = stackalloc byte[HopCiphers.KeyMaterialLength(RelayCryptography.Cgo)];
        byte[]? reply;
        if (create.Type == HandshakeType.NtorV3)
        {
            Assert.True(NtorV3ServerHandshake.TryAccept(
                _ed25519, _ring, NtorV3Verification.CircuitExtend, create.Handshake.Span, out NtorV3ServerHandshake? handshake));
            Assert.True(CircuitParameterNegotiation.TryAccept(
                CircuitExtension.DecodeList(handshake.ClientMessage.Span), _capabilities, out CircuitParameters? accepted, out var response));
            parameters = accepted;
            Assert.True(handshake.TryRespond(_random, CircuitExtension.EncodeList(response), keys, out reply));
            handshake.Dispose();
        }
        else
        {
            reply = new byte[NtorServerHandshake.ReplyLength];
            Assert.True(NtorServerHandshake.TryRespond(_random, _rsa, _ring, create.Handshake.Span, reply, keys));
        }

        Cipher = HopCiphers.CreateRelay(parameters.Cryptography, keys);
        Relay = new CircuitEdge(
            new RelaySink(this), Cipher.Format, Cipher.TagLength, parameters, new CircuitEdgeSettings { Role = CircuitRole.Relay }, _random);
        return reply;
    }

    private sealed class RelaySink(CircuitPair pair) : IRelayMessageSink
    {
        public void Send(RelayCommand command, ushort streamId, ReadOnlySpan<byte> body, Span<byte> tag)
        {
            var payload = new byte[Cell.BodyLength];
            pair.Cipher.Format.Write(payload, command, streamId, body, pair._random);
            pair.Cipher.OriginateBackward(payload, CellCommand.Relay, tag);
            pair.ToClient.Send(CellCommand.Relay, payload);
        }
    }
}
