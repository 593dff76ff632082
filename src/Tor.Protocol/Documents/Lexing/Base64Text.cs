using System.Diagnostics.CodeAnalysis;

namespace Tunic.Tor.Protocol.Documents.Lexing;

/// <summary>Base64 as directory documents use it: with or without padding, broken into lines or not.</summary>
/// <remarks>Accepts what stock tor accepts: white space anywhere, nothing read after the first '=', unused bits ignored.</remarks>
internal static class Base64Text
{
    private const byte Skip = 0xfe;
    private const byte Invalid = 0xff;

    private static readonly byte[] Values = CreateValues();

    /// <summary>Decodes all of the text.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> text, [NotNullWhen(true)] out byte[] bytes)
    {
        var buffer = new byte[(text.Length / 4 * 3) + 3];
        bool good = TryDecode(text, buffer, out int length);
        bytes = good ? buffer[..length] : [];
        return good;
    }

    /// <summary>Decodes text that must hold exactly as many bytes as <paramref name="destination"/> takes.</summary>
    public static bool TryDecodeExactly(ReadOnlySpan<byte> text, Span<byte> destination) =>
        TryDecode(text, destination, out int length) && length == destination.Length;

    /// <summary>Whether <see cref="TryDecode(ReadOnlySpan{byte}, out byte[])"/> would succeed.</summary>
    public static bool IsValid(ReadOnlySpan<byte> text)
    {
        int symbols = 0;
        foreach (byte letter in text)
        {
            byte value = Values[letter];
            if (letter == '=')
            {
                break;
            }

            if (value == Invalid)
            {
                return false;
            }

            symbols += value == Skip ? 0 : 1;
        }

        return symbols % 4 != 1;
    }

    private static bool TryDecode(ReadOnlySpan<byte> text, Span<byte> destination, out int length)
    {
        length = 0;
        uint bits = 0;
        int held = 0;
        int symbols = 0;
        foreach (byte letter in text)
        {
            if (letter == '=')
            {
                break;
            }

            byte value = Values[letter];
            if (value == Skip)
            {
                continue;
            }

            if (value == Invalid)
            {
                return false;
            }

            bits = (bits << 6) | value;
            held += 6;
            symbols++;
            if (held >= 8)
            {
                held -= 8;
                if (length == destination.Length)
                {
                    return false;
                }

                destination[length++] = unchecked((byte)(bits >> held));
                bits &= (1u << held) - 1;
            }
        }

        return symbols % 4 != 1;
    }

    private static byte[] CreateValues()
    {
        var values = new byte[256];
        Array.Fill(values, Invalid);
        ReadOnlySpan<byte> alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"u8;
        for (int index = 0; index < alphabet.Length; index++)
        {
            values[alphabet[index]] = (byte)index;
        }

        foreach (byte space in " \t\n\v\r"u8)
        {
            values[space] = Skip;
        }

        return values;
    }
}
