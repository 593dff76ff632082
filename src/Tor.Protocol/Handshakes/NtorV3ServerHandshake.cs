using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Tunic.Primitives.Bytes;
using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Keys;
using Tunic.Primitives.Time;

namespace Tunic.Tor.Protocol.Handshakes;

/// <summary>
/// Relay half of ntor-v3, handshake type 3 (proposal 332), in two steps: read the client's message, then answer it.
/// </summary>
public sealed class NtorV3ServerHandshake : IDisposable
{
    /// <summary>Bytes of the reply before the message: Y and AUTH.</summary>
    public const int ReplyOverhead = NtorKeyPair.KeyLength + NtorV3KeySchedule.MacLength;

    private readonly NtorV3KeySchedule _schedule;
    private readonly byte[] _clientKey;
    private readonly byte[] _messageMac;

    private NtorV3ServerHandshake(NtorV3KeySchedule schedule, byte[] clientKey, byte[] messageMac, byte[] clientMessage)
    {
        _schedule = schedule;
        _clientKey = clientKey;
        _messageMac = messageMac;
        ClientMessage = clientMessage;
    }

    /// <summary>The client's message, authenticated as coming from whoever made the request.</summary>
    public ReadOnlyMemory<byte> ClientMessage { get; }

    /// <summary>Reads and checks a client's request.</summary>
    /// <param name="relay">This relay's Ed25519 identity.</param>
    /// <param name="onionKeys">This relay's onion keys.</param>
    /// <param name="verification">What the handshake is for; see <see cref="NtorV3Verification"/>.</param>
    /// <param name="request">HDATA: at least <see cref="NtorV3ClientHandshake.RequestOverhead"/> bytes.</param>
    /// <param name="handshake">The handshake, ready to be answered; null on failure. The caller disposes it.</param>
    /// <returns>False when the request is too short, for another relay, key or purpose, or was altered: destroy the circuit.</returns>
    public static bool TryAccept(
        Ed25519Identity relay,
        NtorKeyRing onionKeys,
        ReadOnlySpan<byte> verification,
        ReadOnlySpan<byte> request,
        [NotNullWhen(true)] out NtorV3ServerHandshake? handshake)
    {
        handshake = null;
        if (request.Length < NtorV3ClientHandshake.RequestOverhead)
        {
            return false;
        }

        var reader = new ByteReader(request);
        bool good = new Ed25519Identity(reader.ReadBytes(Ed25519Identity.Length)) == relay;
        ReadOnlySpan<byte> wantedKey = reader.ReadBytes(NtorKeyPair.KeyLength);
        ReadOnlySpan<byte> clientKey = reader.ReadBytes(NtorKeyPair.KeyLength);
        ReadOnlySpan<byte> encrypted = reader.ReadBytes(reader.Remaining - NtorV3KeySchedule.MacLength);
        ReadOnlySpan<byte> mac = reader.ReadRest();

        Span<byte> onionPrivateKey = stackalloc byte[NtorKeyPair.KeyLength];
        Span<byte> onionKey = stackalloc byte[NtorKeyPair.KeyLength];
        Span<byte> onionSecret = stackalloc byte[NtorV3KeySchedule.KeyLength];
        onionKeys.Select(wantedKey, onionPrivateKey, onionKey);
        good &= X25519.TryAgree(onionPrivateKey, clientKey, onionSecret);
        var schedule = new NtorV3KeySchedule(relay, onionKey, clientKey, onionSecret, verification);
        CryptographicOperations.ZeroMemory(onionPrivateKey);
        CryptographicOperations.ZeroMemory(onionSecret);

        byte[]? message = Open(schedule, encrypted, mac);
        if (!good || message is null)
        {
            schedule.Dispose();
            return false;
        }

        handshake = new NtorV3ServerHandshake(schedule, clientKey.ToArray(), mac.ToArray(), message);
        return true;
    }

    /// <summary>Answers the client.</summary>
    /// <param name="random">Where Y comes from.</param>
    /// <param name="message">For the client; encrypted and authenticated.</param>
    /// <param name="keyMaterial">Receives the keys, and KH as its last 20 bytes; zeros on failure. Any length.</param>
    /// <param name="reply">HDATA of CREATED2, <see cref="ReplyOverhead"/> bytes more than the message; null on failure.</param>
    /// <returns>False when the client's key leads to a zero secret: destroy the circuit.</returns>
    public bool TryRespond(
        RandomSource random, ReadOnlySpan<byte> message, Span<byte> keyMaterial, [NotNullWhen(true)] out byte[]? reply)
    {
        using NtorKeyPair ephemeral = NtorKeyPair.Generate(random);
        Span<byte> ephemeralSecret = stackalloc byte[NtorV3KeySchedule.KeyLength];
        Span<byte> keySeed = stackalloc byte[NtorV3KeySchedule.KeyLength];
        Span<byte> verify = stackalloc byte[NtorV3KeySchedule.KeyLength];
        Span<byte> encryptionKey = stackalloc byte[NtorV3KeySchedule.KeyLength];
        bool good = X25519.TryAgree(ephemeral.PrivateKey, _clientKey, ephemeralSecret);
        _schedule.DeriveSeeds(ephemeralSecret, ephemeral.PublicKey, keySeed, verify);
        NtorV3KeySchedule.Expand(keySeed, encryptionKey, keyMaterial);

        reply = new byte[ReplyOverhead + message.Length];
        Span<byte> encrypted = reply.AsSpan(ReplyOverhead);
        message.CopyTo(encrypted);
        using (AesCtr cipher = AesCtr.Create(encryptionKey))
        {
            cipher.Transform(encrypted);
        }

        ephemeral.PublicKey.CopyTo(reply);
        Span<byte> auth = reply.AsSpan(NtorKeyPair.KeyLength, NtorV3KeySchedule.MacLength);
        _schedule.ComputeAuth(verify, ephemeral.PublicKey, _messageMac, encrypted, auth);

        CryptographicOperations.ZeroMemory(ephemeralSecret);
        CryptographicOperations.ZeroMemory(keySeed);
        CryptographicOperations.ZeroMemory(verify);
        CryptographicOperations.ZeroMemory(encryptionKey);
        if (!good)
        {
            CryptographicOperations.ZeroMemory(keyMaterial);
            reply = null;
        }

        return good;
    }

    /// <summary>Wipes the shared secret.</summary>
    public void Dispose() => _schedule.Dispose();

    /// <summary>The decrypted message, or null when its MAC is wrong.</summary>
    private static byte[]? Open(NtorV3KeySchedule schedule, ReadOnlySpan<byte> encrypted, ReadOnlySpan<byte> mac)
    {
        Span<byte> encryptionKey = stackalloc byte[NtorV3KeySchedule.KeyLength];
        Span<byte> macKey = stackalloc byte[NtorV3KeySchedule.KeyLength];
        Span<byte> expectedMac = stackalloc byte[NtorV3KeySchedule.MacLength];
        schedule.DeriveMessageKeys(encryptionKey, macKey);
        schedule.ComputeMessageMac(macKey, encrypted, expectedMac);
        byte[]? message = null;
        if (CryptographicOperations.FixedTimeEquals(expectedMac, mac))
        {
            message = encrypted.ToArray();
            using AesCtr cipher = AesCtr.Create(encryptionKey);
            cipher.Transform(message);
        }

        CryptographicOperations.ZeroMemory(encryptionKey);
        CryptographicOperations.ZeroMemory(macKey);
        CryptographicOperations.ZeroMemory(expectedMac);
        return message;
    }
}
