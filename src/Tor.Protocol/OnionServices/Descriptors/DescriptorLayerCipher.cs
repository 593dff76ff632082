using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Tunic.Primitives.Cryptography;
using Shake256 = Tunic.Primitives.Cryptography.Shake256;
using Tunic.Primitives.Time;

namespace Tunic.Tor.Protocol.OnionServices.Descriptors;

/// <summary>One of the two encrypted layers of a descriptor: salt, ciphertext, MAC (rend-spec-v3, "Encryption of hidden service descriptors").</summary>
/// <param name="secretData">The blinded key, for the inner layer followed by the cookie if there is one.</param>
/// <param name="subcredential">Of the service's period.</param>
/// <param name="revisionCounter">Of the descriptor.</param>
/// <param name="isInner">Which layer.</param>
internal readonly ref struct DescriptorLayerCipher(
    ReadOnlySpan<byte> secretData, Subcredential subcredential, ulong revisionCounter, bool isInner)
{
    private const int SaltLength = 16;
    private const int KeyLength = 32;
    private const int MacLength = RunningSha3_256.DigestLength;
    private const int MacKeyLength = 32;
    private const int KeysLength = KeyLength + AesCtr.IvLength + MacKeyLength;

    private readonly ReadOnlySpan<byte> _secretData = secretData;

    private ReadOnlySpan<byte> Label => isInner ? "hsdir-encrypted-data"u8 : "hsdir-superencrypted-data"u8;

    /// <summary>Whether there is room for salt, MAC and at least one byte between them.</summary>
    public static bool IsLongEnough(int length) => length > SaltLength + MacLength;

    /// <summary>Encrypts with a new salt.</summary>
    public byte[] Encrypt(ReadOnlySpan<byte> plaintext, RandomSource random)
    {
        var layer = new byte[SaltLength + plaintext.Length + MacLength];
        Span<byte> salt = layer.AsSpan(0, SaltLength);
        Span<byte> body = layer.AsSpan(SaltLength, plaintext.Length);
        random.Fill(salt);
        plaintext.CopyTo(body);
        Span<byte> keys = stackalloc byte[KeysLength];
        DeriveKeys(salt, keys);
        Transform(keys, body);
        GetMac(keys, salt, body, layer.AsSpan(^MacLength..));
        CryptographicOperations.ZeroMemory(keys);
        return layer;
    }

    /// <summary>Checks and decrypts. What follows the first NUL is padding and left out; nothing left is a failure.</summary>
    public bool TryDecrypt(ReadOnlySpan<byte> layer, [NotNullWhen(true)] out byte[]? plaintext)
    {
        plaintext = null;
        if (!IsLongEnough(layer.Length))
        {
            return false;
        }

        ReadOnlySpan<byte> salt = layer[..SaltLength];
        ReadOnlySpan<byte> body = layer[SaltLength..^MacLength];
        Span<byte> keys = stackalloc byte[KeysLength];
        Span<byte> mac = stackalloc byte[MacLength];
        DeriveKeys(salt, keys);
        GetMac(keys, salt, body, mac);
        if (CryptographicOperations.FixedTimeEquals(mac, layer[^MacLength..]))
        {
            byte[] padded = body.ToArray();
            Transform(keys, padded);
            int end = padded.AsSpan().IndexOf((byte)0);
            plaintext = end < 0 ? padded : end == 0 ? null : padded[..end];
        }

        CryptographicOperations.ZeroMemory(keys);
        return plaintext is not null;
    }

    /// <summary>Key, start of the key stream, key of the MAC.</summary>
    private void DeriveKeys(ReadOnlySpan<byte> salt, Span<byte> keys)
    {
        Span<byte> counter = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(counter, revisionCounter);
        using var hash = new Shake256();
        hash.Absorb(_secretData);
        hash.Absorb(subcredential.ToArray());
        hash.Absorb(counter);
        hash.Absorb(salt);
        hash.Absorb(Label);
        hash.Squeeze(keys);
    }

    private static void Transform(ReadOnlySpan<byte> keys, Span<byte> body)
    {
        using AesCtr cipher = AesCtr.Create(keys[..KeyLength], keys.Slice(KeyLength, AesCtr.IvLength));
        cipher.Transform(body);
    }

    private static void GetMac(ReadOnlySpan<byte> keys, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> body, Span<byte> mac)
    {
        Span<byte> length = stackalloc byte[sizeof(ulong)];
        using var hash = new RunningSha3_256();
        BinaryPrimitives.WriteUInt64BigEndian(length, MacKeyLength);
        hash.Update(length);
        hash.Update(keys[^MacKeyLength..]);
        BinaryPrimitives.WriteUInt64BigEndian(length, SaltLength);
        hash.Update(length);
        hash.Update(salt);
        hash.Update(body);
        hash.GetDigest(mac);
    }
}
