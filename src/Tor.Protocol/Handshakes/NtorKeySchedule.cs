using System.Security.Cryptography;
using Tunic.Primitives.Bytes;
using Tunic.Primitives.Keys;

namespace Tunic.Tor.Protocol.Handshakes;

/// <summary>What both sides of ntor compute from the two shared secrets (tor-spec, "The ntor handshake"; "KDF-RFC5869").</summary>
internal static class NtorKeySchedule
{
    public const int AuthLength = 32;

    private const int SecretInputLength = (5 * NtorKeyPair.KeyLength) + RsaIdentity.Length + ProtocolIdLength;
    private const int AuthInputLength = AuthLength + RsaIdentity.Length + (3 * NtorKeyPair.KeyLength) + ProtocolIdLength + 6;
    private const int ProtocolIdLength = 24;

    private static ReadOnlySpan<byte> ProtocolId => "ntor-curve25519-sha256-1"u8;

    /// <param name="ephemeralSecret">EXP(Y,x) = EXP(X,y).</param>
    /// <param name="onionSecret">EXP(B,x) = EXP(X,b).</param>
    /// <param name="relay">ID, the relay's fingerprint.</param>
    /// <param name="onionKey">B.</param>
    /// <param name="clientKey">X.</param>
    /// <param name="relayKey">Y.</param>
    /// <param name="auth">Receives AUTH, <see cref="AuthLength"/> bytes.</param>
    /// <param name="keyMaterial">Receives the HKDF output.</param>
    public static void Derive(
        ReadOnlySpan<byte> ephemeralSecret,
        ReadOnlySpan<byte> onionSecret,
        RsaIdentity relay,
        ReadOnlySpan<byte> onionKey,
        ReadOnlySpan<byte> clientKey,
        ReadOnlySpan<byte> relayKey,
        Span<byte> auth,
        Span<byte> keyMaterial)
    {
        Span<byte> secretInput = stackalloc byte[SecretInputLength];
        var secrets = new ByteWriter(secretInput);
        secrets.WriteBytes(ephemeralSecret);
        secrets.WriteBytes(onionSecret);
        relay.CopyTo(secrets.Take(RsaIdentity.Length));
        secrets.WriteBytes(onionKey);
        secrets.WriteBytes(clientKey);
        secrets.WriteBytes(relayKey);
        secrets.WriteBytes(ProtocolId);

        // The specification writes H(x, t): the tweak t is the HMAC key and x the message.
        Span<byte> verify = stackalloc byte[AuthLength];
        HMACSHA256.HashData("ntor-curve25519-sha256-1:verify"u8, secretInput, verify);

        Span<byte> authInput = stackalloc byte[AuthInputLength];
        var authenticated = new ByteWriter(authInput);
        authenticated.WriteBytes(verify);
        relay.CopyTo(authenticated.Take(RsaIdentity.Length));
        authenticated.WriteBytes(onionKey);
        authenticated.WriteBytes(relayKey);
        authenticated.WriteBytes(clientKey);
        authenticated.WriteBytes(ProtocolId);
        authenticated.WriteBytes("Server"u8);
        HMACSHA256.HashData("ntor-curve25519-sha256-1:mac"u8, authInput, auth);

        DeriveKeys(secretInput, keyMaterial);
        CryptographicOperations.ZeroMemory(secretInput);
        CryptographicOperations.ZeroMemory(verify);
        CryptographicOperations.ZeroMemory(authInput);
    }

    /// <summary>KDF-RFC5869 with ntor's labels.</summary>
    public static void DeriveKeys(ReadOnlySpan<byte> secretInput, Span<byte> keyMaterial) => HKDF.DeriveKey(
        HashAlgorithmName.SHA256,
        secretInput,
        keyMaterial,
        salt: "ntor-curve25519-sha256-1:key_extract"u8,
        info: "ntor-curve25519-sha256-1:key_expand"u8);
}
