using System.Security.Cryptography;
using Tunic.Primitives.Bytes;
using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Keys;
using Tunic.Primitives.Time;

namespace Tunic.Tor.Protocol.Handshakes;

/// <summary>Client half of ntor, handshake type 2 (tor-spec, "The ntor handshake").</summary>
public sealed class NtorClientHandshake : IDisposable
{
    /// <summary>Bytes of the client's message: ID, B and X.</summary>
    public const int RequestLength = RsaIdentity.Length + (2 * NtorKeyPair.KeyLength);

    private readonly RsaIdentity _relay;
    private readonly byte[] _onionKey;
    private readonly NtorKeyPair _ephemeral;

    /// <summary>Draws the client's key of this one handshake.</summary>
    /// <param name="random">Where the key comes from.</param>
    /// <param name="relay">The relay's fingerprint.</param>
    /// <param name="ntorKey">The relay's onion key, B: 32 bytes.</param>
    /// <exception cref="ArgumentException"><paramref name="ntorKey"/> has another length.</exception>
    public NtorClientHandshake(RandomSource random, RsaIdentity relay, ReadOnlySpan<byte> ntorKey)
    {
        if (ntorKey.Length != NtorKeyPair.KeyLength)
        {
            throw new ArgumentException($"needs {NtorKeyPair.KeyLength} bytes, not {ntorKey.Length}", nameof(ntorKey));
        }

        _relay = relay;
        _onionKey = ntorKey.ToArray();
        _ephemeral = NtorKeyPair.Generate(random);
        var request = new byte[RequestLength];
        var writer = new ByteWriter(request);
        relay.CopyTo(writer.Take(RsaIdentity.Length));
        writer.WriteBytes(ntorKey);
        writer.WriteBytes(_ephemeral.PublicKey);
        Request = request;
    }

    /// <summary>HDATA of CREATE2 or EXTEND2: <see cref="RequestLength"/> bytes.</summary>
    public ReadOnlyMemory<byte> Request { get; }

    /// <summary>Checks the relay's answer and derives the keys.</summary>
    /// <param name="reply">HDATA of CREATED2 or EXTENDED2: Y and AUTH. Bytes after them are ignored, as stock tor does.</param>
    /// <param name="keyMaterial">Receives the keys, and KH as its last 20 bytes; zeros on failure. At most 8 160 bytes.</param>
    /// <returns>False when the reply is too short, AUTH is wrong, or a shared secret is zero: close the circuit.</returns>
    public bool TryComplete(ReadOnlySpan<byte> reply, Span<byte> keyMaterial)
    {
        if (reply.Length < NtorServerHandshake.ReplyLength)
        {
            keyMaterial.Clear();
            return false;
        }

        ReadOnlySpan<byte> relayKey = reply[..NtorKeyPair.KeyLength];
        Span<byte> ephemeralSecret = stackalloc byte[NtorKeyPair.KeyLength];
        Span<byte> onionSecret = stackalloc byte[NtorKeyPair.KeyLength];
        Span<byte> auth = stackalloc byte[NtorKeySchedule.AuthLength];

        // A zero secret is judged together with AUTH, so that the time taken does not tell which of them was wrong.
        bool good = X25519.TryAgree(_ephemeral.PrivateKey, relayKey, ephemeralSecret);
        good &= X25519.TryAgree(_ephemeral.PrivateKey, _onionKey, onionSecret);
        NtorKeySchedule.Derive(
            ephemeralSecret, onionSecret, _relay, _onionKey, _ephemeral.PublicKey, relayKey, auth, keyMaterial);
        good &= CryptographicOperations.FixedTimeEquals(auth, reply.Slice(NtorKeyPair.KeyLength, auth.Length));

        CryptographicOperations.ZeroMemory(ephemeralSecret);
        CryptographicOperations.ZeroMemory(onionSecret);
        CryptographicOperations.ZeroMemory(auth);
        if (!good)
        {
            CryptographicOperations.ZeroMemory(keyMaterial);
        }

        return good;
    }

    /// <summary>Wipes the client's key.</summary>
    public void Dispose() => _ephemeral.Dispose();
}
