using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Tunic.Primitives.Bytes;
using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Keys;
using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.Circuits;
using Tunic.Tor.Protocol.RelayMessages.OnionServices;

namespace Tunic.Tor.Protocol.Handshakes;

/// <summary>
/// Service half of the handshake with a client: reads INTRODUCE2, and answers it with the handshake of RENDEZVOUS1 (rend-spec-v3,
/// "NTOR-WITH-EXTRA-DATA"; stock hs_ntor.c, hs_cell_parse_introduce2).
/// </summary>
/// <remarks>One object belongs to one INTRODUCE2. It keeps no secret of its own: the key pair belongs to the caller and must outlive it.</remarks>
public sealed class HsNtorServiceHandshake
{
    private const int MinEncryptedLength = NtorKeyPair.KeyLength + OnionServiceMac.Length;

    private readonly Ed25519Identity _authenticationKey;
    private readonly NtorKeyPair _encryptionKey;
    private readonly byte[] _clientKey;

    private HsNtorServiceHandshake(Ed25519Identity authenticationKey, NtorKeyPair encryptionKey, ReadOnlySpan<byte> clientKey)
    {
        _authenticationKey = authenticationKey;
        _encryptionKey = encryptionKey;
        _clientKey = clientKey.ToArray();
    }

    private HsNtorPublicKeys PublicKeys => new(_authenticationKey, _encryptionKey.PublicKey, _clientKey);

    /// <summary>Decrypts an INTRODUCE2. Whether it is a replay is for the caller to see, before this: a replay decrypts as well as the first did.</summary>
    /// <param name="authenticationKey">The service's key at the introduction point it came from.</param>
    /// <param name="encryptionKey">The enc-key of that introduction point.</param>
    /// <param name="subcredentials">Of all descriptors that clients may hold, at least one; with several instances, of all (proposal 307).</param>
    /// <param name="message">The message.</param>
    /// <param name="plaintext">What the client says.</param>
    /// <param name="handshake">With which to answer.</param>
    /// <returns>False when it was not made for these keys, cannot be read, or leads to a zero secret: drop it.</returns>
    public static bool TryAccept(
        Ed25519Identity authenticationKey,
        NtorKeyPair encryptionKey,
        IReadOnlyList<Digest256> subcredentials,
        Introduce1 message,
        [NotNullWhen(true)] out IntroducePlaintext? plaintext,
        [NotNullWhen(true)] out HsNtorServiceHandshake? handshake)
    {
        plaintext = null;
        if (!TryDecrypt(authenticationKey, encryptionKey, subcredentials, message.EncodeHeader(), message.Encrypted.Span, out byte[]? decrypted, out handshake))
        {
            return false;
        }

        try
        {
            plaintext = IntroducePlaintext.Decode(decrypted);
            return true;
        }
        catch (MalformedMessageException)
        {
            handshake = null;
            return false;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(decrypted);
        }
    }

    /// <summary>Answers the client.</summary>
    /// <param name="random">Where the service's key of this one rendezvous comes from.</param>
    /// <param name="keyMaterial">Receives <see cref="HopCiphers.CipherKeyLength"/> bytes for <see cref="RelayCryptography.Tor1OnionService"/>; zeros on failure.</param>
    /// <returns>HANDSHAKE_INFO of RENDEZVOUS1; null when the client's key leads to a zero secret.</returns>
    public byte[]? TryRespond(RandomSource random, Span<byte> keyMaterial)
    {
        using NtorKeyPair ephemeral = NtorKeyPair.Generate(random);
        return TryRespond(ephemeral, keyMaterial);
    }

    internal byte[]? TryRespond(NtorKeyPair ephemeral, Span<byte> keyMaterial)
    {
        Span<byte> ephemeralSecret = stackalloc byte[NtorKeyPair.KeyLength];
        Span<byte> encryptionSecret = stackalloc byte[NtorKeyPair.KeyLength];
        var reply = new byte[Rendezvous2.HandshakeLength];
        ephemeral.PublicKey.CopyTo(reply);

        bool good = X25519.TryAgree(ephemeral.PrivateKey, _clientKey, ephemeralSecret);
        good &= X25519.TryAgree(_encryptionKey.PrivateKey, _clientKey, encryptionSecret);
        HsNtorKeySchedule.DeriveRendezvousKeys(
            ephemeralSecret, encryptionSecret, PublicKeys, ephemeral.PublicKey, reply.AsSpan(NtorKeyPair.KeyLength), keyMaterial);

        CryptographicOperations.ZeroMemory(ephemeralSecret);
        CryptographicOperations.ZeroMemory(encryptionSecret);
        if (good)
        {
            return reply;
        }

        CryptographicOperations.ZeroMemory(keyMaterial);
        return null;
    }

    internal static bool TryDecrypt(
        Ed25519Identity authenticationKey,
        NtorKeyPair encryptionKey,
        IReadOnlyList<Digest256> subcredentials,
        ReadOnlySpan<byte> header,
        ReadOnlySpan<byte> encrypted,
        [NotNullWhen(true)] out byte[]? plaintext,
        [NotNullWhen(true)] out HsNtorServiceHandshake? handshake)
    {
        plaintext = null;
        handshake = null;
        Span<byte> secret = stackalloc byte[NtorKeyPair.KeyLength];
        if (encrypted.Length < MinEncryptedLength || !X25519.TryAgree(encryptionKey.PrivateKey, encrypted[..NtorKeyPair.KeyLength], secret))
        {
            return false;
        }

        var candidate = new HsNtorServiceHandshake(authenticationKey, encryptionKey, encrypted[..NtorKeyPair.KeyLength]);
        Span<byte> key = stackalloc byte[HsNtorKeySchedule.EncryptionKeyLength];
        bool found = candidate.FindKey(secret, subcredentials, header, encrypted, key);
        CryptographicOperations.ZeroMemory(secret);
        if (found)
        {
            plaintext = encrypted[NtorKeyPair.KeyLength..^OnionServiceMac.Length].ToArray();
            using AesCtr cipher = AesCtr.Create(key);
            cipher.Transform(plaintext);
            handshake = candidate;
        }

        CryptographicOperations.ZeroMemory(key);
        return found;
    }

    /// <summary>Tries all subcredentials, in the same time whichever is right: it would tell which instance or period a client has.</summary>
    private bool FindKey(
        ReadOnlySpan<byte> secret, IReadOnlyList<Digest256> subcredentials, ReadOnlySpan<byte> header, ReadOnlySpan<byte> encrypted, Span<byte> key)
    {
        Span<byte> candidate = stackalloc byte[HsNtorKeySchedule.EncryptionKeyLength];
        Span<byte> macKey = stackalloc byte[HsNtorKeySchedule.MacKeyLength];
        Span<byte> mac = stackalloc byte[OnionServiceMac.Length];
        bool found = false;
        foreach (Digest256 subcredential in subcredentials)
        {
            HsNtorKeySchedule.DeriveIntroduceKeys(secret, PublicKeys, subcredential, candidate, macKey);
            OnionServiceMac.Compute(macKey, header, encrypted[..^OnionServiceMac.Length], mac);
            bool good = CryptographicOperations.FixedTimeEquals(mac, encrypted[^OnionServiceMac.Length..]);
            int mask = -Convert.ToInt32(good);
            for (int i = 0; i < key.Length; i++)
            {
                key[i] |= (byte)(candidate[i] & mask);
            }

            found |= good;
        }

        CryptographicOperations.ZeroMemory(candidate);
        CryptographicOperations.ZeroMemory(macKey);
        return found;
    }
}
