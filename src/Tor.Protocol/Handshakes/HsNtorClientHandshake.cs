using System.Security.Cryptography;
using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Keys;
using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.Circuits;
using Tunic.Tor.Protocol.RelayMessages.OnionServices;

namespace Tunic.Tor.Protocol.Handshakes;

/// <summary>
/// Client half of the handshake with an onion service: encrypts INTRODUCE1, and derives the keys of the joined circuit from RENDEZVOUS2
/// (rend-spec-v3, "NTOR-WITH-EXTRA-DATA"; stock hs_ntor.c, hs_cell.c).
/// </summary>
/// <remarks>One object belongs to one introduction: its key must never serve two services or two cookies.</remarks>
public sealed class HsNtorClientHandshake : IDisposable
{
    private readonly Ed25519Identity _authenticationKey;
    private readonly byte[] _encryptionKey;
    private readonly NtorKeyPair _ephemeral;

    /// <summary>Draws the client's key of this one introduction.</summary>
    /// <param name="random">Where the key comes from.</param>
    /// <param name="authenticationKey">AUTH_KEY of the introduction point in the service's descriptor.</param>
    /// <param name="encryptionKey">B, the enc-key of the introduction point there: 32 bytes.</param>
    /// <exception cref="ArgumentException">The encryption key has another length.</exception>
    public HsNtorClientHandshake(RandomSource random, Ed25519Identity authenticationKey, ReadOnlySpan<byte> encryptionKey)
        : this(NtorKeyPair.Generate(random), authenticationKey, encryptionKey)
    {
    }

    internal HsNtorClientHandshake(NtorKeyPair ephemeral, Ed25519Identity authenticationKey, ReadOnlySpan<byte> encryptionKey)
    {
        if (encryptionKey.Length != NtorKeyPair.KeyLength)
        {
            throw new ArgumentException($"needs {NtorKeyPair.KeyLength} bytes, not {encryptionKey.Length}", nameof(encryptionKey));
        }

        _ephemeral = ephemeral;
        _authenticationKey = authenticationKey;
        _encryptionKey = encryptionKey.ToArray();
    }

    private HsNtorPublicKeys PublicKeys => new(_authenticationKey, _encryptionKey, _ephemeral.PublicKey);

    /// <summary>Makes the whole INTRODUCE1.</summary>
    /// <param name="subcredential">Of the service for the period of its descriptor.</param>
    /// <param name="plaintext">What the service is told.</param>
    /// <returns>Null when the service's key leads to a zero secret: a rude descriptor.</returns>
    public Introduce1? TryIntroduce(Digest256 subcredential, IntroducePlaintext plaintext)
    {
        var message = new Introduce1(_authenticationKey, MessageExtensions.None, default);
        byte[]? encrypted = TryEncrypt(subcredential, message.EncodeHeader(), plaintext.Encode(message.HeaderLength));
        return encrypted is null ? null : message with { Encrypted = encrypted };
    }

    /// <summary>Checks the service's answer and derives the keys.</summary>
    /// <param name="handshake">HANDSHAKE_INFO of RENDEZVOUS2: Y and AUTH_INPUT_MAC. Bytes after them are ignored.</param>
    /// <param name="keyMaterial">Receives <see cref="HopCiphers.CipherKeyLength"/> bytes for <see cref="RelayCryptography.Tor1OnionService"/>; zeros on failure.</param>
    /// <returns>False when the answer is too short, the MAC is wrong, or a shared secret is zero: close the circuit.</returns>
    public bool TryComplete(ReadOnlySpan<byte> handshake, Span<byte> keyMaterial)
    {
        keyMaterial.Clear();
        if (handshake.Length < Rendezvous2.HandshakeLength)
        {
            return false;
        }

        ReadOnlySpan<byte> serviceKey = handshake[..NtorKeyPair.KeyLength];
        Span<byte> ephemeralSecret = stackalloc byte[NtorKeyPair.KeyLength];
        Span<byte> encryptionSecret = stackalloc byte[NtorKeyPair.KeyLength];
        Span<byte> auth = stackalloc byte[HsNtorKeySchedule.AuthLength];

        // A zero secret is judged together with the MAC, so that the time taken does not tell which of them was wrong.
        bool good = X25519.TryAgree(_ephemeral.PrivateKey, serviceKey, ephemeralSecret);
        good &= X25519.TryAgree(_ephemeral.PrivateKey, _encryptionKey, encryptionSecret);
        HsNtorKeySchedule.DeriveRendezvousKeys(ephemeralSecret, encryptionSecret, PublicKeys, serviceKey, auth, keyMaterial);
        good &= CryptographicOperations.FixedTimeEquals(auth, handshake.Slice(NtorKeyPair.KeyLength, auth.Length));

        CryptographicOperations.ZeroMemory(ephemeralSecret);
        CryptographicOperations.ZeroMemory(encryptionSecret);
        CryptographicOperations.ZeroMemory(auth);
        if (!good)
        {
            CryptographicOperations.ZeroMemory(keyMaterial);
        }

        return good;
    }

    /// <summary>Wipes the client's key.</summary>
    public void Dispose() => _ephemeral.Dispose();

    /// <summary>CLIENT_PK, ciphertext and MAC; null when the secret is zero.</summary>
    internal byte[]? TryEncrypt(Digest256 subcredential, ReadOnlySpan<byte> header, ReadOnlySpan<byte> plaintext)
    {
        Span<byte> secret = stackalloc byte[NtorKeyPair.KeyLength];
        if (!X25519.TryAgree(_ephemeral.PrivateKey, _encryptionKey, secret))
        {
            return null;
        }

        Span<byte> encryptionKey = stackalloc byte[HsNtorKeySchedule.EncryptionKeyLength];
        Span<byte> macKey = stackalloc byte[HsNtorKeySchedule.MacKeyLength];
        HsNtorKeySchedule.DeriveIntroduceKeys(secret, PublicKeys, subcredential, encryptionKey, macKey);

        var encrypted = new byte[NtorKeyPair.KeyLength + plaintext.Length + OnionServiceMac.Length];
        _ephemeral.PublicKey.CopyTo(encrypted);
        Span<byte> ciphertext = encrypted.AsSpan(NtorKeyPair.KeyLength, plaintext.Length);
        plaintext.CopyTo(ciphertext);
        using (AesCtr cipher = AesCtr.Create(encryptionKey))
        {
            cipher.Transform(ciphertext);
        }

        OnionServiceMac.Compute(macKey, header, encrypted.AsSpan(..^OnionServiceMac.Length), encrypted.AsSpan(^OnionServiceMac.Length..));
        CryptographicOperations.ZeroMemory(secret);
        CryptographicOperations.ZeroMemory(encryptionKey);
        CryptographicOperations.ZeroMemory(macKey);
        return encrypted;
    }
}
