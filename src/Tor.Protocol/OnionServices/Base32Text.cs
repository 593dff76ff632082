using System.Text;

namespace Tunic.Tor.Protocol.OnionServices;

/// <summary>Base32 as onion addresses and client keys use it (RFC 4648, section 6): no padding, written in lower case, read in either.</summary>
internal static class Base32Text
{
    private const string Alphabet = "abcdefghijklmnopqrstuvwxyz234567";

    /// <summary>Characters that <paramref name="bytes"/> bytes take.</summary>
    public static int GetLength(int bytes) => ((bytes * 8) + 4) / 5;

    /// <summary>The text of some bytes.</summary>
    public static string Encode(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(GetLength(bytes.Length));
        int held = 0;
        int bits = 0;
        foreach (byte value in bytes)
        {
            held = ((held << 8) | value) & 0xFFF;
            bits += 8;
            while (bits >= 5)
            {
                bits -= 5;
                text.Append(Alphabet[(held >> bits) & 31]);
            }
        }

        return bits == 0 ? text.ToString() : text.Append(Alphabet[(held << (5 - bits)) & 31]).ToString();
    }

    /// <summary>Reads text that holds exactly as many bytes as <paramref name="bytes"/> takes; bits left over are ignored.</summary>
    public static bool TryDecode(ReadOnlySpan<char> text, Span<byte> bytes)
    {
        if (text.Length != GetLength(bytes.Length))
        {
            return false;
        }

        int held = 0;
        int bits = 0;
        int written = 0;
        foreach (char letter in text)
        {
            int value = Alphabet.IndexOf(char.ToLowerInvariant(letter), StringComparison.Ordinal);
            if (value < 0 || !char.IsAscii(letter))
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
