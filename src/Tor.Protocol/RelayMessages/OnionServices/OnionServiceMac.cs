using System.Buffers.Binary;
using Tunic.Primitives.Cryptography;

namespace Tunic.Tor.Protocol.RelayMessages.OnionServices;

/// <summary>MAC(k, m) of onion services: SHA3-256 of the key's length as 8 bytes, the key and the message (rend-spec-v3, "Cryptographic building blocks"; stock crypto_mac_sha3_256).</summary>
internal static class OnionServiceMac
{
    internal const int Length = Sha3.Hash256Length;

    /// <param name="key">Any length.</param>
    /// <param name="message">Its first part.</param>
    /// <param name="rest">Its second part; may be empty.</param>
    /// <param name="mac">Receives <see cref="Length"/> bytes.</param>
    internal static void Compute(ReadOnlySpan<byte> key, ReadOnlySpan<byte> message, ReadOnlySpan<byte> rest, Span<byte> mac)
    {
        Span<byte> keyLength = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(keyLength, (ulong)key.Length);
        using var hash = new RunningSha3_256();
        hash.Update(keyLength);
        hash.Update(key);
        hash.Update(message);
        hash.Update(rest);
        hash.GetDigest(mac);
    }
}
