using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Tunic.Tor.Protocol.Control.Arguments;

/// <summary>The two kinds of quoted strings that stock reads, and the one it writes (control-spec, "Notes on an escaping bug").</summary>
/// <remarks>Stock reads passwords and nonces as QuotedString, everything else as a C string; it writes C strings.</remarks>
public static class QuotedText
{
    private const int MaxCode = 255;

    /// <summary>Reads a QuotedString: a backslash stands for the character after it, whatever that is.</summary>
    /// <param name="text">Text with a quote at <paramref name="start"/>.</param>
    /// <param name="start">Place of the first quote.</param>
    /// <param name="value">What stands between the quotes.</param>
    /// <param name="end">Place behind the last quote.</param>
    /// <returns>False when the last quote is missing.</returns>
    public static bool TryReadQuotedString(string text, int start, [NotNullWhen(true)] out string? value, out int end)
    {
        var read = new StringBuilder();
        for (int at = start + 1; at < text.Length; at++)
        {
            switch (text[at])
            {
                case '"':
                    value = read.ToString();
                    end = at + 1;
                    return true;
                case '\\' when ++at == text.Length:
                    break;
                default:
                    read.Append(text[at]);
                    break;
            }
        }

        (value, end) = (null, start);
        return false;
    }

    /// <summary>Reads a C string: \n, \r, \t, \\, \", \', octal and hexadecimal codes.</summary>
    /// <param name="text">Text with a quote at <paramref name="start"/>.</param>
    /// <param name="start">Place of the first quote.</param>
    /// <param name="value">What stands between the quotes.</param>
    /// <param name="end">Place behind the last quote.</param>
    /// <returns>False when the last quote is missing, a line ends inside, or an escape is unknown or stands for no byte.</returns>
    public static bool TryReadCString(string text, int start, [NotNullWhen(true)] out string? value, out int end)
    {
        var read = new StringBuilder();
        int at = start + 1;
        while (at < text.Length && text[at] is not '\n' and not '\0')
        {
            char next = text[at++];
            if (next == '"')
            {
                value = read.ToString();
                end = at;
                return true;
            }

            if (next == '\\' && !TryReadEscape(text, ref at, out next))
            {
                break;
            }

            read.Append(next);
        }

        (value, end) = (null, start);
        return false;
    }

    /// <summary>Writes a C string in quotes: what is not printable as octal codes.</summary>
    public static string Quote(string text)
    {
        var written = new StringBuilder("\"", text.Length + 2);
        foreach (char c in text)
        {
            _ = c switch
            {
                '\\' or '"' or '\'' => written.Append('\\').Append(c),
                '\n' => written.Append("\\n"),
                '\r' => written.Append("\\r"),
                '\t' => written.Append("\\t"),
                >= ' ' and < '\x7f' => written.Append(c),
                _ => written.Append('\\').Append(Convert.ToString(c & MaxCode, 8).PadLeft(3, '0')),
            };
        }

        return written.Append('"').ToString();
    }

    private static bool TryReadEscape(string text, ref int at, out char value)
    {
        value = '\0';
        if (at == text.Length)
        {
            return false;
        }

        char kind = text[at++];
        switch (kind)
        {
            case 'n':
                value = '\n';
                return true;
            case 'r':
                value = '\r';
                return true;
            case 't':
                value = '\t';
                return true;
            case '"' or '\'' or '\\':
                value = kind;
                return true;
            case 'x' or 'X':
                bool isCode = at + 2 <= text.Length
                    && byte.TryParse(text.AsSpan(at, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte code)
                    && (value = (char)code) == code;
                at += 2;
                return isCode;
            case >= '0' and <= '7':
                return TryReadOctal(text, kind, ref at, out value);
            default:
                return false;
        }
    }

    private static bool TryReadOctal(string text, char first, ref int at, out char value)
    {
        int code = first - '0';
        for (int digits = 1; digits < 3 && at < text.Length && text[at] is >= '0' and <= '7'; digits++)
        {
            code = (code * 8) + (text[at++] - '0');
        }

        value = (char)(code & MaxCode);
        return code <= MaxCode;
    }
}
