using Tunic.Primitives.Keys;
using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.Circuits;
using Tunic.Tor.Protocol.Handshakes;
using Tunic.Tor.Protocol.Handshakes.Extensions;
using Tunic.Tor.Protocol.RelayMessages;

namespace Tunic.Tests.Tor.Protocol.Circuits;

/// <summary>From a handshake to cells, as a client and a relay go.</summary>
public class CircuitCreationTests
{
    private readonly SeededRandomSource _random = new(1);

    [Fact]
    public void A_hop_made_with_CREATE_FAST_carries_cells()
    {
        using var client = new CreateFastClientHandshake(_random);
        byte[] clientKeys = NewKeyMaterial(RelayCryptography.Tor1);
        byte[] relayKeys = NewKeyMaterial(RelayCryptography.Tor1);
        var reply = new byte[CreateFastServerHandshake.ReplyLength];
        Assert.True(CreateFastServerHandshake.TryRespond(_random, client.Request.Span, reply, relayKeys));
        Assert.True(client.TryComplete(reply, clientKeys));
        RequireCells(RelayCryptography.Tor1, clientKeys, relayKeys);
    }

    [Fact]
    public void A_hop_made_with_ntor_carries_cells()
    {
        using NtorKeyPair onionKey = NtorKeyPair.Generate(_random);
        using var ring = new NtorKeyRing(_random, onionKey);
        using var client = new NtorClientHandshake(_random, default, onionKey.PublicKey);
        byte[] clientKeys = NewKeyMaterial(RelayCryptography.Tor1);
        byte[] relayKeys = NewKeyMaterial(RelayCryptography.Tor1);
        var reply = new byte[NtorServerHandshake.ReplyLength];
        Assert.True(NtorServerHandshake.TryRespond(_random, default, ring, client.Request.Span, reply, relayKeys));
        Assert.True(client.TryComplete(reply, clientKeys));
        RequireCells(RelayCryptography.Tor1, clientKeys, relayKeys);
    }

    [Theory]
    [InlineData(false, false, RelayCryptography.Tor1)]
    [InlineData(true, false, RelayCryptography.Tor1)]
    [InlineData(true, true, RelayCryptography.Cgo)]
    public void A_hop_made_with_ntor_v3_carries_cells_of_the_negotiated_kind(bool congestionControl, bool cgo, RelayCryptography expected)
    {
        var relay = new Ed25519Identity(new byte[32]);
        var wanted = new CircuitCapabilities(congestionControl, 31, cgo);
        using NtorKeyPair onionKey = NtorKeyPair.Generate(_random);
        using var ring = new NtorKeyRing(_random, onionKey);
        byte[] request = CircuitExtension.EncodeList(CircuitParameterNegotiation.Request(wanted));
        using var client = new NtorV3ClientHandshake(_random, relay, onionKey.PublicKey, NtorV3Verification.CircuitExtend, request);

        Assert.True(NtorV3ServerHandshake.TryAccept(
            relay, ring, NtorV3Verification.CircuitExtend, client.Request.Span, out NtorV3ServerHandshake? server));
        Assert.True(CircuitParameterNegotiation.TryAccept(
            CircuitExtension.DecodeList(server.ClientMessage.Span),
            new CircuitCapabilities(true, 32, true),
            out CircuitParameters? relayParameters,
            out IReadOnlyList<CircuitExtension>? response));
        byte[] relayKeys = NewKeyMaterial(relayParameters.Cryptography);
        Assert.True(server.TryRespond(_random, CircuitExtension.EncodeList(response), relayKeys, out byte[]? reply));
        server.Dispose();

        byte[] clientKeys = NewKeyMaterial(expected);
        Assert.True(client.TryComplete(reply, clientKeys, out byte[]? message));
        Assert.True(CircuitParameterNegotiation.TryConfirm(
            wanted, CircuitExtension.DecodeList(message), out CircuitParameters? clientParameters));
        Assert.Equal(relayParameters, clientParameters);
        Assert.Equal(expected, clientParameters.Cryptography);
        RequireCells(expected, clientKeys, relayKeys);
    }

    private static byte[] NewKeyMaterial(RelayCryptography kind) => new byte[HopCiphers.KeyMaterialLength(kind)];

    private void RequireCells(RelayCryptography kind, byte[] clientKeys, byte[] relayKeys)
    {
        Assert.Equal(HopCiphers.Nonce(clientKeys), HopCiphers.Nonce(relayKeys));
        using ClientHopCipher client = HopCiphers.CreateClient(kind, clientKeys);
        using RelayHopCipher relay = HopCiphers.CreateRelay(kind, relayKeys);
        for (int i = 0; i < 10; i++)
        {
            var payload = new byte[Cell.BodyLength];
            client.Format.Write(payload, RelayCommand.Data, 1, "ping"u8, _random);
            client.Originate(payload, CellCommand.Relay, []);
            Assert.True(relay.DecryptForward(payload, CellCommand.Relay, []));
            RequireMessage(relay.Format, payload, "ping"u8);

            relay.Format.Write(payload, RelayCommand.Data, 1, "pong"u8, _random);
            relay.OriginateBackward(payload, CellCommand.Relay, []);
            Assert.True(client.DecryptBackward(payload, CellCommand.Relay, []));
            RequireMessage(client.Format, payload, "pong"u8);
        }
    }

    private static void RequireMessage(RelayCellFormat format, ReadOnlySpan<byte> payload, ReadOnlySpan<byte> expected)
    {
        Assert.True(format.TryReadHeader(payload, out RelayHeader header));
        Assert.Equal(RelayCommand.Data, header.Command);
        Assert.Equal(expected, payload.Slice(header.BodyOffset, header.BodyLength));
    }
}
