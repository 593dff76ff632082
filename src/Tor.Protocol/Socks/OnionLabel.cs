using Tunic.Primitives.Cryptography;

namespace Tunic.Tor.Protocol.Socks;

/// <summary>Tells a mistyped onion address from one that may exist (rend-spec-v3, "Encoding onion addresses").</summary>
public static class OnionLabel
{
    private const int Length = 56;
    private const int KeyLength = 32;
    private const int ChecksumLength = 2;
    private const byte Version = 3;
    private const string Alphabet = "abcdefghijklmnopqrstuvwxyz234567";

    private static ReadOnlySpan<byte> Prefix => ".onion checksum"u8;

    /// <summary>Whether the label before ".onion" has the length, version and checksum of version 3.</summary>
    /// <param name="label">In lower case.</param>
    public static bool IsValid(ReadOnlySpan<char> label)
    {
        Span<byte> decoded = stackalloc byte[KeyLength + ChecksumLength + 1];
        if (label.Length != Length || !TryDecode(label, decoded) || decoded[^1] != Version)
        {
            return false;
        }

        Span<byte> hashed = stackalloc byte[Prefix.Length + KeyLength + 1];
        Prefix.CopyTo(hashed);
        decoded[..KeyLength].CopyTo(hashed[Prefix.Length..]);
        hashed[^1] = Version;
        Span<byte> digest = stackalloc byte[32];
        Sha3.Hash256(hashed, digest);
        return digest[..ChecksumLength].SequenceEqual(decoded.Slice(KeyLength, ChecksumLength));
    }

    private static bool TryDecode(ReadOnlySpan<char> text, Span<byte> bytes)
    {
        int bits = 0;
        int held = 0;
        int written = 0;
        foreach (char letter in text)
        {
            int value = Alphabet.IndexOf(letter, StringComparison.Ordinal);
            if (value < 0)
            {
                return false;
            }

            held = ((held << 5) | value) & 0xFFF;
            bits += 5;
            if (bits >= 8)
            {
                bits -= 8;
                bytes[written++] = (byte)((held >> bits) & 0xFF);
            }
        }

        return true;
    }
}
