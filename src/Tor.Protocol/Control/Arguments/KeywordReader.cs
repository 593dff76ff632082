using System.Diagnostics.CodeAnalysis;

namespace Tunic.Tor.Protocol.Control.Arguments;

/// <summary>Reads words of the forms K=V, K="V", K, V and "V", as stock's kvline.c does.</summary>
public static class KeywordReader
{
    private const string Space = " \t\r\v\n";

    /// <summary>Reads a line of words.</summary>
    /// <param name="line">The words, parted by white space.</param>
    /// <param name="rules">Which forms are allowed.</param>
    /// <param name="keywords">The words in their order, maybe none.</param>
    /// <returns>False when a word has a form that is not allowed, an empty key, or a value that would need quotes where there are none.</returns>
    public static bool TryRead(string line, KeywordRules rules, [NotNullWhen(true)] out IReadOnlyList<ControlKeyword>? keywords)
    {
        var read = new List<ControlKeyword>();
        keywords = null;
        int at = SkipSpace(line, 0);
        while (at < line.Length && line[at] != '\0')
        {
            if (!TryReadWord(line, rules, ref at, out ControlKeyword word)
                || (!rules.HasFlag(KeywordRules.QuotedString) && !IsAllowed(word, rules)))
            {
                return false;
            }

            read.Add(word);
            at = SkipSpace(line, at);
        }

        keywords = read;
        return true;
    }

    private static bool TryReadWord(string line, KeywordRules rules, ref int at, out ControlKeyword word)
    {
        word = default;
        string key = "";
        if (line[at] != '"')
        {
            int end = EndOf(line, at, Space + "=");
            if (end < line.Length && line[end] == '=')
            {
                key = line[at..end];
                at = end + 1;
                if (key.Length == 0)
                {
                    return false;
                }
            }
            else if (rules.HasFlag(KeywordRules.OmitValues))
            {
                word = new ControlKeyword(line[at..end], "");
                at = end;
                return true;
            }
            else if (!rules.HasFlag(KeywordRules.OmitKeys))
            {
                return false;
            }
        }

        if (at == line.Length || line[at] != '"')
        {
            int end = EndOf(line, at, Space);
            word = new ControlKeyword(key, line[at..end]);
            at = end;
            return true;
        }

        string? value = null;
        bool isRead = rules.HasFlag(KeywordRules.Quoted) ? QuotedText.TryReadCString(line, at, out value, out at)
            : rules.HasFlag(KeywordRules.QuotedString) && QuotedText.TryReadQuotedString(line, at, out value, out at);
        word = new ControlKeyword(key, value ?? "");
        return isRead && !value!.Contains('\0', StringComparison.Ordinal);
    }

    /// <summary>Stock reads only what it could write.</summary>
    private static bool IsAllowed(ControlKeyword word, KeywordRules rules)
    {
        bool hasKey = word.Key.Length > 0;
        return (hasKey || rules.HasFlag(KeywordRules.OmitKeys))
            && (rules.HasFlag(KeywordRules.Quoted) || !NeedsQuotes(word.Value, isWithoutKey: !hasKey))
            && (!hasKey || !NeedsQuotes(word.Key, isWithoutKey: true));
    }

    private static bool NeedsQuotes(string text, bool isWithoutKey) =>
        (isWithoutKey && (text.Length == 0 || text.Contains('=', StringComparison.Ordinal)))
        || text.AsSpan().IndexOfAnyExceptInRange('!', '~') >= 0
        || text.AsSpan().ContainsAny('\'', '"');

    private static int SkipSpace(string line, int at)
    {
        while (at < line.Length && Space.Contains(line[at], StringComparison.Ordinal))
        {
            at++;
        }

        return at;
    }

    private static int EndOf(string line, int at, string stops)
    {
        int length = line.AsSpan(at).IndexOfAny(stops);
        return length < 0 ? line.Length : at + length;
    }
}
