using Tunic.Primitives.Keys;
using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.Circuits;
using Tunic.Tor.Protocol.Handshakes;
using Tunic.Tor.Protocol.Handshakes.Extensions;
using Tunic.Tor.Protocol.RelayMessages;
using Tunic.Tor.Protocol.Streams.Rules;

namespace Tunic.Tests.Fuzz.Targets.Stateful;

/// <summary>A client's circuit, and the keys of all its hops on the other side, which may say anything.</summary>
internal sealed class PlayedCircuit : ICellSink, IDisposable
{
    private const int V1CommandOffset = 16;

    private static readonly NtorKeyPair _onionKey = NtorKeyPair.FromPrivateKey(FuzzKeys.RelayNtorOnion);
    private static readonly NtorKeyRing _ring = new(new SeededRandomSource(1), _onionKey);
    private static readonly Ed25519Identity _ed25519 = FuzzRelay.A.Identity.PublicKey;
    private static readonly RsaIdentity _rsa = new(new byte[20]);

    private readonly SeededRandomSource _random = new(7);
    private readonly CircuitCapabilities _capabilities;
    private readonly List<RelayHopCipher> _hops = [];
    private byte[] _request = [];

    public PlayedCircuit(bool congestionControl, bool cgo)
    {
        _capabilities = new CircuitCapabilities(congestionControl, 31, cgo);
        Client = new ClientCircuit(
            this,
            new CircuitEdgeSettings { Role = CircuitRole.Origin, MaxBufferedBytes = 256 << 10, MaxStreams = 100 },
            _random,
            new PaddingSource(_random));
    }

    public ClientCircuit Client { get; }

    /// <summary>Hops that have keys.</summary>
    public int HopCount => _hops.Count;

    /// <summary>Cells that the client has sent.</summary>
    public int SentCells { get; private set; }

    /// <summary>Tags of the DATA messages that the last hop has got: what it may acknowledge.</summary>
    public List<byte[]> Tags { get; } = [];

    /// <summary>What the last hop heard last, other than DATA: command and stream.</summary>
    public (RelayCommand Command, ushort StreamId) LastHeard { get; private set; }

    /// <summary>Asks for a first hop or for one more.</summary>
    public void Extend(bool fast)
    {
        var target = new HopTarget
        {
            RsaIdentity = _rsa,
            Ed25519Identity = _ed25519,
            NtorOnionKey = fast && _hops.Count == 0 ? ReadOnlyMemory<byte>.Empty : _onionKey.PublicKey.ToArray(),
            Specifiers = LinkSpecifiers.For(null, _rsa, _ed25519, null),
            UseNtorV3 = _capabilities.CongestionControl,
            Wanted = _capabilities,
        };
        if (_hops.Count == 0)
        {
            Client.Create(target);
        }
        else
        {
            Client.Extend(target);
        }
    }

    /// <summary>The honest answer to the last request for a hop; null when it is none. The new hop has keys from here on.</summary>
    public byte[]? Answer()
    {
        Span<byte> keys = stackalloc byte[HopCiphers.KeyMaterialLength(RelayCryptography.Cgo)];
        CircuitParameters parameters = CircuitParameters.Unnegotiated;
        byte[]? reply;
        if (_request.Length == CreateFast.HandshakeLength)
        {
            reply = new byte[CreateFastServerHandshake.ReplyLength];
            keys = keys[..HopCiphers.KeyMaterialLength(RelayCryptography.Tor1)];
            CreateFastServerHandshake.TryRespond(_random, _request, reply, keys);
        }
        else if (_request.Length == NtorClientHandshake.RequestLength)
        {
            reply = new byte[NtorServerHandshake.ReplyLength];
            NtorServerHandshake.TryRespond(_random, _rsa, _ring, _request, reply, keys);
        }
        else if (NtorV3ServerHandshake.TryAccept(_ed25519, _ring, NtorV3Verification.CircuitExtend, _request, out NtorV3ServerHandshake? handshake))
        {
            CircuitParameterNegotiation.TryAccept(
                CircuitExtension.DecodeList(handshake.ClientMessage.Span), _capabilities, out CircuitParameters? accepted, out IReadOnlyList<CircuitExtension>? response);
            handshake.TryRespond(_random, CircuitExtension.EncodeList(response!), keys, out reply);
            parameters = accepted!;
            handshake.Dispose();
        }
        else
        {
            return null;
        }

        _request = [];
        _hops.Add(HopCiphers.CreateRelay(parameters.Cryptography, keys));
        Tags.Clear();
        return reply;
    }

    /// <summary>A payload with a message of one hop, encrypted by it and all before it.</summary>
    public byte[] MessageFrom(int hop, RelayCommand command, ushort streamId, ReadOnlySpan<byte> body)
    {
        RelayCellFormat format = _hops[hop].Format;
        var payload = new byte[Cell.BodyLength];
        if (format == RelayCellFormat.V1)
        {
            // Here the command decides whether there is a stream id. An unknown command is put in the place of another.
            streamId = command.HasStreamId ? Math.Max(streamId, (ushort)1) : (ushort)0;
            format.Write(payload, command.IsKnown ? command : RelayCommand.Drop, streamId, body, _random);
            payload[V1CommandOffset] = (byte)command;
        }
        else
        {
            format.Write(payload, command, streamId, body, _random);
        }

        _hops[hop].OriginateBackward(payload, CellCommand.Relay, default);
        for (int before = hop - 1; before >= 0; before--)
        {
            _hops[before].EncryptBackward(payload, CellCommand.Relay);
        }

        return payload;
    }

    /// <summary>Most bytes of a message of that hop.</summary>
    public int MaxBodyLength(int hop, RelayCommand command) => _hops[hop].Format.MaxBodyLength(command);

    void ICellSink.Send(CellCommand command, ReadOnlySpan<byte> body)
    {
        SentCells++;
        if (command is CellCommand.CreateFast)
        {
            _request = body[..CreateFast.HandshakeLength].ToArray();
            return;
        }

        if (command is CellCommand.Create2)
        {
            _request = Create2.Decode(body).Handshake.ToArray();
            return;
        }

        Receive(command, body.ToArray());
    }

    public void Dispose()
    {
        Client.Dispose();
        _hops.ForEach(hop => hop.Dispose());
    }

    private void Receive(CellCommand command, byte[] payload)
    {
        Span<byte> tag = stackalloc byte[HopCiphers.MaxTagLength];
        foreach (RelayHopCipher hop in _hops)
        {
            if (hop.DecryptForward(payload, command, tag) && hop.Format.TryReadHeader(payload, out RelayHeader header))
            {
                Hear(header, payload, tag[..hop.TagLength]);
                return;
            }
        }
    }

    private void Hear(RelayHeader header, byte[] payload, ReadOnlySpan<byte> tag)
    {
        if (header.Command == RelayCommand.Data)
        {
            Tags.Add(tag.ToArray());
            return;
        }

        LastHeard = (header.Command, header.StreamId);
        if (header.Command == RelayCommand.Extend2)
        {
            _request = Extend2.Decode(payload.AsSpan(header.BodyOffset, header.BodyLength)).Create.Handshake.ToArray();
        }
    }
}
