using System.Buffers;

namespace Tunic.Tor.Protocol.Socks;

/// <summary>Decides which host names we pass on to the network.</summary>
internal static class HostName
{
    /// <summary>Longest name that BEGIN and DNS carry.</summary>
    public const int MaxLength = 255;

    private static readonly SearchValues<char> Letters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.");

    /// <summary>
    /// Takes names of labels of letters, digits, "-" and "_" that begin with a letter or digit; the underscore is wrong but exists. One
    /// dot at the end is allowed and removed. Refused beyond what stock refuses: a last label that is a number, because a resolver would
    /// read "127.1" or "0x7f000001" as an address.
    /// </summary>
    public static bool TryNormalize(ReadOnlySpan<char> text, out string name)
    {
        name = "";
        if (text.EndsWith('.'))
        {
            text = text[..^1];
        }

        if (text.IsEmpty || text.Length > MaxLength || text.ContainsAnyExcept(Letters))
        {
            return false;
        }

        ReadOnlySpan<char> last = default;
        foreach (Range range in text.Split('.'))
        {
            last = text[range];
            if (last.IsEmpty || last[0] is '-' or '_')
            {
                return false;
            }
        }

        if (IsNumber(last))
        {
            return false;
        }

        name = text.ToString().ToLowerInvariant();
        return true;
    }

    private static bool IsNumber(ReadOnlySpan<char> label)
    {
        if (label.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
        {
            foreach (char letter in label[2..])
            {
                if (!char.IsAsciiHexDigit(letter))
                {
                    return false;
                }
            }

            return true;
        }

        return !label.ContainsAnyExceptInRange('0', '9');
    }
}
