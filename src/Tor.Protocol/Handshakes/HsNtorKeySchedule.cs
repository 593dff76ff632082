using System.Security.Cryptography;
using Tunic.Primitives.Bytes;
using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Circuits;
using Tunic.Tor.Protocol.RelayMessages.OnionServices;

namespace Tunic.Tor.Protocol.Handshakes;

/// <summary>What both sides of the handshake between client and onion service compute (rend-spec-v3, "NTOR-WITH-EXTRA-DATA"; stock hs_ntor.c).</summary>
internal static class HsNtorKeySchedule
{
    internal const int EncryptionKeyLength = 32;
    internal const int MacKeyLength = 32;
    internal const int AuthLength = OnionServiceMac.Length;

    private const int ProtocolIdLength = 33;
    private const int ServerLength = 6;
    private const int IntroduceInputLength = (4 * NtorKeyPair.KeyLength) + ProtocolIdLength;
    private const int RendezvousInputLength = (6 * NtorKeyPair.KeyLength) + ProtocolIdLength;
    private const int AuthInputLength = AuthLength + (4 * NtorKeyPair.KeyLength) + ProtocolIdLength + ServerLength;

    private static ReadOnlySpan<byte> ProtocolId => "tor-hs-ntor-curve25519-sha3-256-1"u8;

    private static ReadOnlySpan<byte> ExtractTweak => "tor-hs-ntor-curve25519-sha3-256-1:hs_key_extract"u8;

    private static ReadOnlySpan<byte> ExpandTweak => "tor-hs-ntor-curve25519-sha3-256-1:hs_key_expand"u8;

    /// <summary>ENC_KEY and MAC_KEY of the encrypted part of INTRODUCE1.</summary>
    /// <param name="secret">EXP(B,x) = EXP(X,b).</param>
    /// <param name="keys">AUTH_KEY, B and X.</param>
    /// <param name="subcredential">Of the service for this period.</param>
    /// <param name="encryptionKey">Receives 32 bytes.</param>
    /// <param name="macKey">Receives 32 bytes.</param>
    internal static void DeriveIntroduceKeys(
        ReadOnlySpan<byte> secret, HsNtorPublicKeys keys, Digest256 subcredential, Span<byte> encryptionKey, Span<byte> macKey)
    {
        Span<byte> input = stackalloc byte[IntroduceInputLength + ExtractTweak.Length + ExpandTweak.Length + Digest256.Length];
        var writer = new ByteWriter(input);
        writer.WriteBytes(secret);
        keys.AuthenticationKey.CopyTo(writer.Take(Ed25519Identity.Length));
        writer.WriteBytes(keys.ClientKey);
        writer.WriteBytes(keys.EncryptionKey);
        writer.WriteBytes(ProtocolId);
        writer.WriteBytes(ExtractTweak);
        writer.WriteBytes(ExpandTweak);
        subcredential.CopyTo(writer.Take(Digest256.Length));

        Span<byte> both = stackalloc byte[EncryptionKeyLength + MacKeyLength];
        Primitives.Cryptography.Shake256.Hash(input, both);
        both[..EncryptionKeyLength].CopyTo(encryptionKey);
        both[EncryptionKeyLength..].CopyTo(macKey);
        CryptographicOperations.ZeroMemory(input);
        CryptographicOperations.ZeroMemory(both);
    }

    /// <summary>The service's proof and the keys of the joined circuit.</summary>
    /// <param name="ephemeralSecret">EXP(Y,x) = EXP(X,y).</param>
    /// <param name="encryptionSecret">EXP(B,x) = EXP(X,b).</param>
    /// <param name="keys">AUTH_KEY, B and X.</param>
    /// <param name="serviceKey">Y.</param>
    /// <param name="auth">Receives AUTH_INPUT_MAC, <see cref="AuthLength"/> bytes.</param>
    /// <param name="keyMaterial">Receives the keys of <see cref="RelayCryptography.Tor1OnionService"/>.</param>
    internal static void DeriveRendezvousKeys(
        ReadOnlySpan<byte> ephemeralSecret,
        ReadOnlySpan<byte> encryptionSecret,
        HsNtorPublicKeys keys,
        ReadOnlySpan<byte> serviceKey,
        Span<byte> auth,
        Span<byte> keyMaterial)
    {
        Span<byte> secretInput = stackalloc byte[RendezvousInputLength];
        var secrets = new ByteWriter(secretInput);
        secrets.WriteBytes(ephemeralSecret);
        secrets.WriteBytes(encryptionSecret);
        keys.AuthenticationKey.CopyTo(secrets.Take(Ed25519Identity.Length));
        secrets.WriteBytes(keys.EncryptionKey);
        secrets.WriteBytes(keys.ClientKey);
        secrets.WriteBytes(serviceKey);
        secrets.WriteBytes(ProtocolId);

        Span<byte> seed = stackalloc byte[OnionServiceMac.Length];
        Span<byte> verify = stackalloc byte[OnionServiceMac.Length];
        OnionServiceMac.Compute(secretInput, ExtractTweak, default, seed);
        OnionServiceMac.Compute(secretInput, "tor-hs-ntor-curve25519-sha3-256-1:hs_verify"u8, default, verify);

        Span<byte> authInput = stackalloc byte[AuthInputLength];
        var authenticated = new ByteWriter(authInput);
        authenticated.WriteBytes(verify);
        keys.AuthenticationKey.CopyTo(authenticated.Take(Ed25519Identity.Length));
        authenticated.WriteBytes(keys.EncryptionKey);
        authenticated.WriteBytes(serviceKey);
        authenticated.WriteBytes(keys.ClientKey);
        authenticated.WriteBytes(ProtocolId);
        authenticated.WriteBytes("Server"u8);
        OnionServiceMac.Compute(authInput, "tor-hs-ntor-curve25519-sha3-256-1:hs_mac"u8, default, auth);

        ExpandKeys(seed, keyMaterial);
        CryptographicOperations.ZeroMemory(secretInput);
        CryptographicOperations.ZeroMemory(seed);
        CryptographicOperations.ZeroMemory(verify);
        CryptographicOperations.ZeroMemory(authInput);
    }

    /// <summary>KDF(NTOR_KEY_SEED | m_hsexpand).</summary>
    internal static void ExpandKeys(ReadOnlySpan<byte> seed, Span<byte> keyMaterial)
    {
        Span<byte> input = stackalloc byte[OnionServiceMac.Length + ExpandTweak.Length];
        seed.CopyTo(input);
        ExpandTweak.CopyTo(input[seed.Length..]);
        Primitives.Cryptography.Shake256.Hash(input, keyMaterial);
        CryptographicOperations.ZeroMemory(input);
    }
}
