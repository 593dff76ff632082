using System.Security.Cryptography;
using Tunic.Primitives.Bytes;
using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Keys;
using Shake256 = Tunic.Primitives.Cryptography.Shake256;

namespace Tunic.Tor.Protocol.Handshakes;

/// <summary>
/// What both sides of ntor-v3 compute (proposal 332, "Key generation" and "The handshake in detail"). Holds what the two
/// halves of a handshake share; names in the comments are the proposal's.
/// </summary>
internal sealed class NtorV3KeySchedule : IDisposable
{
    public const int KeyLength = 32;
    public const int MacLength = 32;

    private const int EncapsulationLength = 8;
    private const int MaxTweakLength = 48;

    private readonly Ed25519Identity _relay;
    private readonly byte[] _onionKey;
    private readonly byte[] _clientKey;
    private readonly byte[] _verification;
    private readonly byte[] _onionSecret = GC.AllocateArray<byte>(KeyLength, pinned: true);

    /// <param name="relay">ID.</param>
    /// <param name="onionKey">B.</param>
    /// <param name="clientKey">X.</param>
    /// <param name="onionSecret">Bx = Xb.</param>
    /// <param name="verification">VER.</param>
    public NtorV3KeySchedule(
        Ed25519Identity relay,
        ReadOnlySpan<byte> onionKey,
        ReadOnlySpan<byte> clientKey,
        ReadOnlySpan<byte> onionSecret,
        ReadOnlySpan<byte> verification)
    {
        _relay = relay;
        _onionKey = onionKey.ToArray();
        _clientKey = clientKey.ToArray();
        _verification = verification.ToArray();
        onionSecret.CopyTo(_onionSecret);
    }

    private static ReadOnlySpan<byte> ProtocolId => "ntor3-curve25519-sha3_256-1"u8;

    /// <summary>ENC_K1 and MAC_K1, which protect the client's message. Each <see cref="KeyLength"/> bytes.</summary>
    public void DeriveMessageKeys(Span<byte> encryptionKey, Span<byte> macKey)
    {
        var input = new byte[MaxTweakLength + (4 * KeyLength) + ProtocolId.Length + EncapsulationLength + _verification.Length];
        var writer = new ByteWriter(input);
        WriteTweak(ref writer, ":kdf_phase1"u8);
        writer.WriteBytes(_onionSecret);
        _relay.CopyTo(writer.Take(Ed25519Identity.Length));
        writer.WriteBytes(_clientKey);
        writer.WriteBytes(_onionKey);
        writer.WriteBytes(ProtocolId);
        WriteEncapsulated(ref writer, _verification);

        Span<byte> keys = stackalloc byte[2 * KeyLength];
        Shake256.Hash(writer.Written, keys);
        keys[..KeyLength].CopyTo(encryptionKey);
        keys[KeyLength..].CopyTo(macKey);
        CryptographicOperations.ZeroMemory(input);
        CryptographicOperations.ZeroMemory(keys);
    }

    /// <summary>MAC over the client's encrypted message.</summary>
    public void ComputeMessageMac(ReadOnlySpan<byte> macKey, ReadOnlySpan<byte> encryptedMessage, Span<byte> mac)
    {
        var input = new byte[MaxTweakLength + EncapsulationLength + (4 * KeyLength) + encryptedMessage.Length];
        var writer = new ByteWriter(input);
        WriteTweak(ref writer, ":msg_mac"u8);
        WriteEncapsulated(ref writer, macKey);
        _relay.CopyTo(writer.Take(Ed25519Identity.Length));
        writer.WriteBytes(_onionKey);
        writer.WriteBytes(_clientKey);
        writer.WriteBytes(encryptedMessage);
        Sha3.Hash256(writer.Written, mac);
        CryptographicOperations.ZeroMemory(input);
    }

    /// <summary>ntor_key_seed and verify, from both shared secrets.</summary>
    /// <param name="ephemeralSecret">Yx = Xy.</param>
    /// <param name="relayKey">Y.</param>
    /// <param name="keySeed">Receives <see cref="KeyLength"/> bytes.</param>
    /// <param name="verify">Receives <see cref="KeyLength"/> bytes.</param>
    public void DeriveSeeds(ReadOnlySpan<byte> ephemeralSecret, ReadOnlySpan<byte> relayKey, Span<byte> keySeed, Span<byte> verify)
    {
        var input = new byte[MaxTweakLength + (6 * KeyLength) + ProtocolId.Length + EncapsulationLength + _verification.Length];
        HashSecretInput(":key_seed"u8, input, ephemeralSecret, relayKey, keySeed);
        HashSecretInput(":verify"u8, input, ephemeralSecret, relayKey, verify);
        CryptographicOperations.ZeroMemory(input);
    }

    /// <summary>AUTH, by which the relay proves itself and its message.</summary>
    public void ComputeAuth(
        ReadOnlySpan<byte> verify,
        ReadOnlySpan<byte> relayKey,
        ReadOnlySpan<byte> messageMac,
        ReadOnlySpan<byte> encryptedMessage,
        Span<byte> auth)
    {
        var input = new byte[MaxTweakLength + (6 * KeyLength) + EncapsulationLength + encryptedMessage.Length + ProtocolId.Length + 6];
        var writer = new ByteWriter(input);
        WriteTweak(ref writer, ":auth_final"u8);
        writer.WriteBytes(verify);
        _relay.CopyTo(writer.Take(Ed25519Identity.Length));
        writer.WriteBytes(_onionKey);
        writer.WriteBytes(relayKey);
        writer.WriteBytes(_clientKey);
        writer.WriteBytes(messageMac);
        WriteEncapsulated(ref writer, encryptedMessage);
        writer.WriteBytes(ProtocolId);
        writer.WriteBytes("Server"u8);
        Sha3.Hash256(writer.Written, auth);
        CryptographicOperations.ZeroMemory(input);
    }

    /// <summary>ENC_KEY for the relay's message, and the circuit's keys after it in the same stream.</summary>
    public static void Expand(ReadOnlySpan<byte> keySeed, Span<byte> encryptionKey, Span<byte> keyMaterial)
    {
        Span<byte> input = stackalloc byte[MaxTweakLength + KeyLength];
        var writer = new ByteWriter(input);
        WriteTweak(ref writer, ":kdf_final"u8);
        writer.WriteBytes(keySeed);
        var stream = new byte[KeyLength + keyMaterial.Length];
        Shake256.Hash(writer.Written, stream);
        stream.AsSpan(0, KeyLength).CopyTo(encryptionKey);
        stream.AsSpan(KeyLength).CopyTo(keyMaterial);
        CryptographicOperations.ZeroMemory(input);
        CryptographicOperations.ZeroMemory(stream);
    }

    public void Dispose() => CryptographicOperations.ZeroMemory(_onionSecret);

    private void HashSecretInput(
        ReadOnlySpan<byte> tweak, Span<byte> buffer, ReadOnlySpan<byte> ephemeralSecret, ReadOnlySpan<byte> relayKey, Span<byte> hash)
    {
        var writer = new ByteWriter(buffer);
        WriteTweak(ref writer, tweak);
        writer.WriteBytes(ephemeralSecret);
        writer.WriteBytes(_onionSecret);
        _relay.CopyTo(writer.Take(Ed25519Identity.Length));
        writer.WriteBytes(_onionKey);
        writer.WriteBytes(_clientKey);
        writer.WriteBytes(relayKey);
        writer.WriteBytes(ProtocolId);
        WriteEncapsulated(ref writer, _verification);
        Sha3.Hash256(writer.Written, hash);
    }

    private static void WriteTweak(ref ByteWriter writer, ReadOnlySpan<byte> suffix)
    {
        writer.WriteUInt64((ulong)(ProtocolId.Length + suffix.Length));
        writer.WriteBytes(ProtocolId);
        writer.WriteBytes(suffix);
    }

    /// <summary>ENCAP(s): eight bytes of length, then s.</summary>
    private static void WriteEncapsulated(ref ByteWriter writer, ReadOnlySpan<byte> bytes)
    {
        writer.WriteUInt64((ulong)bytes.Length);
        writer.WriteBytes(bytes);
    }
}
