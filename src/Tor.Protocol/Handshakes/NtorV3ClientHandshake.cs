using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Tunic.Primitives.Bytes;
using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Keys;
using Tunic.Primitives.Time;

namespace Tunic.Tor.Protocol.Handshakes;

/// <summary>
/// Client half of ntor-v3, handshake type 3 (proposal 332): like ntor, and each side sends the other an encrypted message
/// along, in which circuits carry a list of <see cref="Extensions.CircuitExtension"/>.
/// </summary>
public sealed class NtorV3ClientHandshake : IDisposable
{
    /// <summary>Bytes of the request around the message: ID, B, X and MAC.</summary>
    public const int RequestOverhead = Ed25519Identity.Length + (2 * NtorKeyPair.KeyLength) + NtorV3KeySchedule.MacLength;

    private readonly NtorKeyPair _ephemeral;
    private readonly NtorV3KeySchedule? _schedule;
    private readonly byte[] _messageMac = new byte[NtorV3KeySchedule.MacLength];

    /// <summary>Draws the client's key of this one handshake and encrypts the message.</summary>
    /// <param name="random">Where the key comes from.</param>
    /// <param name="relay">The relay's Ed25519 identity.</param>
    /// <param name="ntorKey">The relay's onion key, B: 32 bytes.</param>
    /// <param name="verification">What the handshake is for; see <see cref="NtorV3Verification"/>.</param>
    /// <param name="message">For the relay. Not forward secret: whoever learns the onion key later can read it.</param>
    /// <exception cref="ArgumentException"><paramref name="ntorKey"/> has another length.</exception>
    public NtorV3ClientHandshake(
        RandomSource random,
        Ed25519Identity relay,
        ReadOnlySpan<byte> ntorKey,
        ReadOnlySpan<byte> verification,
        ReadOnlySpan<byte> message)
    {
        if (ntorKey.Length != NtorKeyPair.KeyLength)
        {
            throw new ArgumentException($"needs {NtorKeyPair.KeyLength} bytes, not {ntorKey.Length}", nameof(ntorKey));
        }

        _ephemeral = NtorKeyPair.Generate(random);
        Span<byte> onionSecret = stackalloc byte[NtorV3KeySchedule.KeyLength];
        bool good = X25519.TryAgree(_ephemeral.PrivateKey, ntorKey, onionSecret);
        var schedule = new NtorV3KeySchedule(relay, ntorKey, _ephemeral.PublicKey, onionSecret, verification);
        CryptographicOperations.ZeroMemory(onionSecret);

        var request = new byte[RequestOverhead + message.Length];
        var writer = new ByteWriter(request);
        relay.CopyTo(writer.Take(Ed25519Identity.Length));
        writer.WriteBytes(ntorKey);
        writer.WriteBytes(_ephemeral.PublicKey);
        Span<byte> encrypted = writer.Take(message.Length);
        message.CopyTo(encrypted);
        Protect(schedule, encrypted, _messageMac);
        writer.WriteBytes(_messageMac);
        Request = request;

        // A relay that publishes a key of small order gets a request like any other, and no circuit.
        if (!good)
        {
            schedule.Dispose();
            return;
        }

        _schedule = schedule;
    }

    /// <summary>HDATA of CREATE2 or EXTEND2: <see cref="RequestOverhead"/> bytes more than the message.</summary>
    public ReadOnlyMemory<byte> Request { get; }

    /// <summary>Checks the relay's answer, decrypts its message and derives the keys.</summary>
    /// <param name="reply">HDATA of CREATED2 or EXTENDED2: Y, AUTH and the encrypted message.</param>
    /// <param name="keyMaterial">Receives the keys, and KH as its last 20 bytes; zeros on failure. Any length.</param>
    /// <param name="message">The relay's message, authenticated; null on failure.</param>
    /// <returns>False when the reply is too short, AUTH is wrong, or a shared secret is zero: close the circuit.</returns>
    public bool TryComplete(ReadOnlySpan<byte> reply, Span<byte> keyMaterial, [NotNullWhen(true)] out byte[]? message)
    {
        message = null;
        keyMaterial.Clear();
        if (reply.Length < NtorV3ServerHandshake.ReplyOverhead || _schedule is null)
        {
            return false;
        }

        ReadOnlySpan<byte> relayKey = reply[..NtorKeyPair.KeyLength];
        ReadOnlySpan<byte> encrypted = reply[NtorV3ServerHandshake.ReplyOverhead..];
        Span<byte> ephemeralSecret = stackalloc byte[NtorV3KeySchedule.KeyLength];
        Span<byte> keySeed = stackalloc byte[NtorV3KeySchedule.KeyLength];
        Span<byte> verify = stackalloc byte[NtorV3KeySchedule.KeyLength];
        Span<byte> auth = stackalloc byte[NtorV3KeySchedule.MacLength];

        // A zero secret is judged together with AUTH, so that the time taken does not tell which of them was wrong.
        bool good = X25519.TryAgree(_ephemeral.PrivateKey, relayKey, ephemeralSecret);
        _schedule.DeriveSeeds(ephemeralSecret, relayKey, keySeed, verify);
        _schedule.ComputeAuth(verify, relayKey, _messageMac, encrypted, auth);
        good &= CryptographicOperations.FixedTimeEquals(auth, reply.Slice(NtorKeyPair.KeyLength, auth.Length));
        if (good)
        {
            message = Decrypt(keySeed, encrypted, keyMaterial);
        }

        CryptographicOperations.ZeroMemory(ephemeralSecret);
        CryptographicOperations.ZeroMemory(keySeed);
        CryptographicOperations.ZeroMemory(verify);
        CryptographicOperations.ZeroMemory(auth);
        return good;
    }

    /// <summary>Wipes the client's key and the shared secret.</summary>
    public void Dispose()
    {
        _ephemeral.Dispose();
        _schedule?.Dispose();
    }

    private static void Protect(NtorV3KeySchedule schedule, Span<byte> message, Span<byte> mac)
    {
        Span<byte> encryptionKey = stackalloc byte[NtorV3KeySchedule.KeyLength];
        Span<byte> macKey = stackalloc byte[NtorV3KeySchedule.KeyLength];
        schedule.DeriveMessageKeys(encryptionKey, macKey);
        using (AesCtr cipher = AesCtr.Create(encryptionKey))
        {
            cipher.Transform(message);
        }

        schedule.ComputeMessageMac(macKey, message, mac);
        CryptographicOperations.ZeroMemory(encryptionKey);
        CryptographicOperations.ZeroMemory(macKey);
    }

    private static byte[] Decrypt(ReadOnlySpan<byte> keySeed, ReadOnlySpan<byte> encrypted, Span<byte> keyMaterial)
    {
        Span<byte> encryptionKey = stackalloc byte[NtorV3KeySchedule.KeyLength];
        NtorV3KeySchedule.Expand(keySeed, encryptionKey, keyMaterial);
        byte[] message = encrypted.ToArray();
        using AesCtr cipher = AesCtr.Create(encryptionKey);
        cipher.Transform(message);
        CryptographicOperations.ZeroMemory(encryptionKey);
        return message;
    }
}
