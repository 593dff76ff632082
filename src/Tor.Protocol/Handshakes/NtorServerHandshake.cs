using System.Security.Cryptography;
using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Keys;
using Tunic.Primitives.Time;

namespace Tunic.Tor.Protocol.Handshakes;

/// <summary>Relay half of ntor, handshake type 2 (tor-spec, "The ntor handshake").</summary>
public static class NtorServerHandshake
{
    /// <summary>Bytes of the relay's message: Y and AUTH.</summary>
    public const int ReplyLength = NtorKeyPair.KeyLength + NtorKeySchedule.AuthLength;

    /// <summary>
    /// Answers a client's request. A request to an onion key that the ring does not hold is answered all the same, with
    /// an AUTH that the client will refuse: which keys a relay holds is nobody's business.
    /// </summary>
    /// <param name="random">Where Y comes from.</param>
    /// <param name="relay">This relay's fingerprint.</param>
    /// <param name="onionKeys">This relay's onion keys.</param>
    /// <param name="request">HDATA: <see cref="NtorClientHandshake.RequestLength"/> bytes.</param>
    /// <param name="reply">Receives Y and AUTH: <see cref="ReplyLength"/> bytes.</param>
    /// <param name="keyMaterial">Receives the keys, and KH as its last 20 bytes; zeros on failure. At most 8 160 bytes.</param>
    /// <returns>False when the request has another length, is for another relay, or its key leads to a zero secret.</returns>
    public static bool TryRespond(
        RandomSource random,
        RsaIdentity relay,
        NtorKeyRing onionKeys,
        ReadOnlySpan<byte> request,
        Span<byte> reply,
        Span<byte> keyMaterial)
    {
        keyMaterial.Clear();
        reply[..ReplyLength].Clear();
        if (request.Length != NtorClientHandshake.RequestLength || new RsaIdentity(request[..RsaIdentity.Length]) != relay)
        {
            return false;
        }

        ReadOnlySpan<byte> wantedKey = request.Slice(RsaIdentity.Length, NtorKeyPair.KeyLength);
        ReadOnlySpan<byte> clientKey = request[^NtorKeyPair.KeyLength..];
        Span<byte> onionPrivateKey = stackalloc byte[NtorKeyPair.KeyLength];
        Span<byte> onionKey = stackalloc byte[NtorKeyPair.KeyLength];
        Span<byte> ephemeralSecret = stackalloc byte[NtorKeyPair.KeyLength];
        Span<byte> onionSecret = stackalloc byte[NtorKeyPair.KeyLength];
        using NtorKeyPair ephemeral = NtorKeyPair.Generate(random);
        onionKeys.Select(wantedKey, onionPrivateKey, onionKey);

        bool good = X25519.TryAgree(ephemeral.PrivateKey, clientKey, ephemeralSecret);
        good &= X25519.TryAgree(onionPrivateKey, clientKey, onionSecret);
        ephemeral.PublicKey.CopyTo(reply);
        NtorKeySchedule.Derive(
            ephemeralSecret,
            onionSecret,
            relay,
            onionKey,
            clientKey,
            ephemeral.PublicKey,
            reply.Slice(NtorKeyPair.KeyLength, NtorKeySchedule.AuthLength),
            keyMaterial);

        CryptographicOperations.ZeroMemory(onionPrivateKey);
        CryptographicOperations.ZeroMemory(ephemeralSecret);
        CryptographicOperations.ZeroMemory(onionSecret);
        if (!good)
        {
            CryptographicOperations.ZeroMemory(keyMaterial);
            reply[..ReplyLength].Clear();
        }

        return good;
    }
}
