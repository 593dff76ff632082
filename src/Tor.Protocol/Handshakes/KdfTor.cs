using System.Security.Cryptography;

namespace Tunic.Tor.Protocol.Handshakes;

/// <summary>KDF-TOR: SHA-1 of the secret and a counter byte (tor-spec, "KDF-TOR"). Only CREATE_FAST still uses it.</summary>
public static class KdfTor
{
    /// <summary>Most bytes one secret yields: the counter is one byte.</summary>
    public const int MaxLength = 256 * SHA1.HashSizeInBytes;

    /// <summary>Fills <paramref name="output"/> with H(secret | 0) | H(secret | 1) | ...</summary>
    /// <param name="secret">K0, the secret both sides share; any length.</param>
    /// <param name="output">At most <see cref="MaxLength"/> bytes.</param>
    /// <exception cref="ArgumentException"><paramref name="output"/> is too long.</exception>
    public static void Derive(ReadOnlySpan<byte> secret, Span<byte> output)
    {
        if (output.Length > MaxLength)
        {
            throw new ArgumentException($"KDF-TOR yields at most {MaxLength} bytes, not {output.Length}", nameof(output));
        }

        var input = new byte[secret.Length + 1];
        Span<byte> block = stackalloc byte[SHA1.HashSizeInBytes];
        secret.CopyTo(input);
        for (int counter = 0; !output.IsEmpty; counter++)
        {
            input[^1] = (byte)counter;
            SHA1.HashData(input, block);
            int count = Math.Min(block.Length, output.Length);
            block[..count].CopyTo(output);
            output = output[count..];
        }

        CryptographicOperations.ZeroMemory(input);
        CryptographicOperations.ZeroMemory(block);
    }
}
