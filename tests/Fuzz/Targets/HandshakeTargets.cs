using Tunic.Primitives.Keys;
using Tunic.Primitives.Time;
using Tunic.Tests.Fuzz.Engine;
using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.Circuits;
using Tunic.Tor.Protocol.Handshakes;
using Tunic.Tor.Protocol.Handshakes.Extensions;

namespace Tunic.Tests.Fuzz.Targets;

/// <summary>Circuit handshakes, both halves, and the layers that they make.</summary>
internal static class HandshakeTargets
{
    private static readonly RsaIdentity _rsa = new(new byte[20]);
    private static readonly Ed25519Identity _ed25519 = FuzzRelay.A.Identity.PublicKey;
    private static readonly NtorKeyPair _onionKey = NtorKeyPair.FromPrivateKey(FuzzKeys.RelayNtorOnion);
    private static readonly NtorKeyRing _ring = new(new SeededRandomSource(1), _onionKey);
    private static readonly CircuitCapabilities _capabilities = new(CongestionControl: true, SendmeIncrement: 31, Cgo: true);

    public static IEnumerable<FuzzTarget> All =>
    [
        CellTargets.Message("circuit-extensions", CircuitExtension.DecodeList, CircuitExtension.EncodeList, [Request], "CircuitExtension*", "Subprotocol*", "UnknownCircuit*", "CongestionControlRe*"),
        new("circuit-negotiation", Negotiate, () => [CircuitExtension.EncodeList(Request), Response()], nameof(CircuitParameterNegotiation)),
        new("create-fast-client", CompleteFast, () => [FastReply()], nameof(CreateFastClientHandshake)),
        new("ntor-server", RespondNtor, () => [NtorRequest()], nameof(NtorServerHandshake), nameof(NtorKeyRing)),
        new("ntor-client", CompleteNtor, () => [NtorReply()], nameof(NtorClientHandshake)),
        new("ntor-v3-server", RespondNtorV3, () => [NtorV3Request()], nameof(NtorV3ServerHandshake)),
        new("ntor-v3-client", CompleteNtorV3, () => [NtorV3Reply()], nameof(NtorV3ClientHandshake)),
        new("onion-layers", Decrypt, () => [new byte[510], [1, .. new byte[509]]], nameof(OnionLayers), "Tor1*"),
    ];

    private static IReadOnlyList<CircuitExtension> Request => CircuitParameterNegotiation.Request(_capabilities);

    private static byte[] Response() =>
        CircuitParameterNegotiation.TryAccept(Request, _capabilities, out _, out IReadOnlyList<CircuitExtension>? response)
            ? CircuitExtension.EncodeList(response)
            : throw new InvalidOperationException("our own request is refused");

    private static void Negotiate(ReadOnlyMemory<byte> input)
    {
        IReadOnlyList<CircuitExtension> extensions = CircuitExtension.DecodeList(input.Span);
        foreach (bool wants in (bool[])[true, false])
        {
            CircuitCapabilities ours = _capabilities with { CongestionControl = wants, Cgo = wants };
            CircuitParameterNegotiation.TryAccept(extensions, ours, out CircuitParameters? accepted, out _);
            CircuitParameterNegotiation.TryConfirm(ours, extensions, out CircuitParameters? confirmed);
            FuzzFailureException.Require(
                wants || (accepted?.CongestionControl != true && confirmed?.CongestionControl != true), "congestion control that nobody wants");
        }
    }

    private static byte[] FastReply()
    {
        using CreateFastClientHandshake client = FastClient();
        var reply = new byte[CreateFastServerHandshake.ReplyLength];
        CreateFastServerHandshake.TryRespond(new SeededRandomSource(3), client.Request.Span, reply, new byte[92]);
        return reply;
    }

    private static CreateFastClientHandshake FastClient() => new(new SeededRandomSource(2));

    private static void CompleteFast(ReadOnlyMemory<byte> input)
    {
        using CreateFastClientHandshake client = FastClient();
        client.TryComplete(input.Span, new byte[92]);
    }

    private static byte[] NtorRequest()
    {
        using NtorClientHandshake client = NtorClient();
        return client.Request.ToArray();
    }

    private static NtorClientHandshake NtorClient() => new(new SeededRandomSource(4), _rsa, _onionKey.PublicKey);

    private static void RespondNtor(ReadOnlyMemory<byte> input) =>
        NtorServerHandshake.TryRespond(new SeededRandomSource(5), _rsa, _ring, input.Span, new byte[NtorServerHandshake.ReplyLength], new byte[92]);

    private static byte[] NtorReply()
    {
        var reply = new byte[NtorServerHandshake.ReplyLength];
        NtorServerHandshake.TryRespond(new SeededRandomSource(5), _rsa, _ring, NtorRequest(), reply, new byte[92]);
        return reply;
    }

    private static void CompleteNtor(ReadOnlyMemory<byte> input)
    {
        using NtorClientHandshake client = NtorClient();
        client.TryComplete(input.Span, new byte[92]);
    }

    private static byte[] NtorV3Request()
    {
        using NtorV3ClientHandshake client = NtorV3Client();
        return client.Request.ToArray();
    }

    private static NtorV3ClientHandshake NtorV3Client() => new(
        new SeededRandomSource(6), _ed25519, _onionKey.PublicKey, NtorV3Verification.CircuitExtend, CircuitExtension.EncodeList(Request));

    private static void RespondNtorV3(ReadOnlyMemory<byte> input)
    {
        if (NtorV3ServerHandshake.TryAccept(_ed25519, _ring, NtorV3Verification.CircuitExtend, input.Span, out NtorV3ServerHandshake? handshake))
        {
            handshake.TryRespond(new SeededRandomSource(7), Response(), new byte[180], out _);
            handshake.Dispose();
        }
    }

    private static byte[] NtorV3Reply()
    {
        NtorV3ServerHandshake.TryAccept(_ed25519, _ring, NtorV3Verification.CircuitExtend, NtorV3Request(), out NtorV3ServerHandshake? handshake);
        using (handshake)
        {
            return handshake!.TryRespond(new SeededRandomSource(7), Response(), new byte[180], out byte[]? reply) ? reply : [];
        }
    }

    private static void CompleteNtorV3(ReadOnlyMemory<byte> input)
    {
        using NtorV3ClientHandshake client = NtorV3Client();
        client.TryComplete(input.Span, new byte[180], out _);
    }

    /// <summary>Cells that no hop has made: the first byte chooses the ciphers, each 509 bytes after it are a payload.</summary>
    private static void Decrypt(ReadOnlyMemory<byte> input)
    {
        if (input.IsEmpty)
        {
            return;
        }

        RelayCryptography kind = (input.Span[0] & 1) == 0 ? RelayCryptography.Tor1 : RelayCryptography.Cgo;
        using var layers = new OnionLayers();
        for (int hop = 0; hop < 3; hop++)
        {
            var keys = new byte[HopCiphers.KeyMaterialLength(kind)];
            keys.AsSpan().Fill((byte)(hop + 1));
            layers.Add(HopCiphers.CreateClient(kind, keys));
        }

        Span<byte> tag = stackalloc byte[HopCiphers.MaxTagLength];
        Span<byte> payload = stackalloc byte[Cell.BodyLength];
        for (int start = 1; start + Cell.BodyLength <= input.Length; start += Cell.BodyLength)
        {
            input.Span.Slice(start, Cell.BodyLength).CopyTo(payload);
            int hop = layers.Decrypt(payload, CellCommand.Relay, tag);
            FuzzFailureException.Require(hop is >= OnionLayers.NotRecognized and < 3, "a hop that is not there");
        }
    }
}
