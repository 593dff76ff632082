using System.Security.Cryptography;
using Tunic.Primitives.Bytes;
using Tunic.Primitives.Keys;
using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.Circuits;
using Tunic.Tor.Protocol.Handshakes;
using Tunic.Tor.Protocol.Handshakes.Extensions;

namespace Tunic.Tor.Relay.Circuits;

/// <summary>Answers the handshakes of CREATE_FAST and CREATE2 (tor-spec, "CREATE and CREATED cells"). Null answers destroy the circuit.</summary>
internal static class HopHandshakeResponder
{
    /// <summary>CREATE_FAST: two hashes, so it is answered where it arrives.</summary>
    internal static HopHandshakeAnswer? RespondFast(ReadOnlySpan<byte> body, RandomSource random)
    {
        Span<byte> keys = stackalloc byte[HopCiphers.KeyMaterialLength(RelayCryptography.Tor1)];
        var reply = new byte[CreateFastServerHandshake.ReplyLength];
        return CreateFastServerHandshake.TryRespond(random, body[..CreateFast.HandshakeLength], reply, keys)
            ? Complete(CellCommand.CreatedFast, reply, CircuitParameters.Unnegotiated, keys)
            : null;
    }

    /// <summary>CREATE2 of a known type: some curve operations.</summary>
    internal static HopHandshakeAnswer? Respond(Create2 request, HandshakeKeys keys, CircuitCapabilities ours, RandomSource random) =>
        request.Type switch
        {
            HandshakeType.Ntor => RespondNtor(request.Handshake.Span, keys, random),
            HandshakeType.NtorV3 => RespondNtorV3(request.Handshake.Span, keys, ours, random),
            _ => null,
        };

    private static HopHandshakeAnswer? RespondNtor(ReadOnlySpan<byte> request, HandshakeKeys relay, RandomSource random)
    {
        Span<byte> keys = stackalloc byte[HopCiphers.KeyMaterialLength(RelayCryptography.Tor1)];
        var reply = new byte[NtorServerHandshake.ReplyLength];
        return NtorServerHandshake.TryRespond(random, relay.RsaIdentity, relay.OnionKeys, request, reply, keys)
            ? Complete(CellCommand.Created2, new Created2(reply).Encode(), CircuitParameters.Unnegotiated, keys)
            : null;
    }

    private static HopHandshakeAnswer? RespondNtorV3(
        ReadOnlySpan<byte> request, HandshakeKeys relay, CircuitCapabilities ours, RandomSource random)
    {
        if (!NtorV3ServerHandshake.TryAccept(
                relay.Ed25519Identity, relay.OnionKeys, NtorV3Verification.CircuitExtend, request, out NtorV3ServerHandshake? handshake))
        {
            return null;
        }

        using (handshake)
        {
            if (!TryDecode(handshake.ClientMessage.Span, out IReadOnlyList<CircuitExtension> requested)
                || !CircuitParameterNegotiation.TryAccept(
                    requested, ours, out CircuitParameters? parameters, out IReadOnlyList<CircuitExtension>? response))
            {
                return null;
            }

            Span<byte> keys = stackalloc byte[HopCiphers.KeyMaterialLength(parameters.Cryptography)];
            return handshake.TryRespond(random, CircuitExtension.EncodeList(response), keys, out byte[]? reply)
                ? Complete(CellCommand.Created2, new Created2(reply).Encode(), parameters, keys)
                : null;
        }
    }

    private static bool TryDecode(ReadOnlySpan<byte> message, out IReadOnlyList<CircuitExtension> extensions)
    {
        try
        {
            extensions = CircuitExtension.DecodeList(message);
            return true;
        }
        catch (MalformedMessageException)
        {
            extensions = [];
            return false;
        }
    }

    private static HopHandshakeAnswer Complete(CellCommand command, byte[] body, CircuitParameters parameters, Span<byte> keys)
    {
        RelayHopCipher cipher = HopCiphers.CreateRelay(parameters.Cryptography, keys);
        var nonce = new Digest160(HopCiphers.Nonce(keys));
        CryptographicOperations.ZeroMemory(keys);
        return new HopHandshakeAnswer(command, body, cipher, parameters, nonce);
    }
}
