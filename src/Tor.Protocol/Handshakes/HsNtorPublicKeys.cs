using Tunic.Primitives.Keys;

namespace Tunic.Tor.Protocol.Handshakes;

/// <summary>The public keys that go into every step of the handshake with an onion service.</summary>
/// <param name="authenticationKey">AUTH_KEY, the service's key at the introduction point.</param>
/// <param name="encryptionKey">B, from the service's descriptor: 32 bytes.</param>
/// <param name="clientKey">X: 32 bytes.</param>
internal readonly ref struct HsNtorPublicKeys(Ed25519Identity authenticationKey, ReadOnlySpan<byte> encryptionKey, ReadOnlySpan<byte> clientKey)
{
    internal Ed25519Identity AuthenticationKey { get; } = authenticationKey;

    internal ReadOnlySpan<byte> EncryptionKey { get; } = encryptionKey;

    internal ReadOnlySpan<byte> ClientKey { get; } = clientKey;
}
