using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Tunic.Tor.Protocol.Control.Replies;

namespace Tunic.Tor.Protocol.Control.Arguments;

/// <summary>The arguments of one command, cut by its <see cref="ControlSyntax"/>.</summary>
public sealed record ControlArguments
{
    private const string WhiteSpace = " \t\r\n\v\f";

    /// <summary>Positional arguments.</summary>
    public required IReadOnlyList<string> Words { get; init; }

    /// <summary>The words behind them.</summary>
    public IReadOnlyList<ControlKeyword> Keywords { get; init; } = [];

    /// <summary>The lines of data with line feeds, without the dots that were added for the way; empty where the command takes none.</summary>
    public string Data { get; init; } = "";

    /// <summary>All of it as received.</summary>
    public required string Raw { get; init; }

    /// <summary>Cuts what follows a command's name.</summary>
    /// <param name="body">As received, line ends included.</param>
    /// <param name="syntax">What the command takes.</param>
    /// <param name="arguments">The arguments.</param>
    /// <param name="fault">Stock's words for what is wrong.</param>
    public static bool TryParse(
        string body, ControlSyntax syntax, [NotNullWhen(true)] out ControlArguments? arguments, [NotNullWhen(false)] out string? fault)
    {
        arguments = null;
        int end = body.IndexOf('\n', StringComparison.Ordinal);
        bool hasMore = end >= 0 && end + 1 < body.Length;
        if (hasMore != syntax.TakesData)
        {
            fault = syntax.TakesData ? "Empty body" : "Unexpected body";
            return false;
        }

        string line = syntax.TakesData ? body[..end] : body;
        List<string> words = Split(line, syntax.MaxArguments, out string? rest);
        if (words.Count < syntax.MinArguments)
        {
            fault = string.Create(CultureInfo.InvariantCulture, $"Need at least {syntax.MinArguments} argument(s)");
            return false;
        }

        IReadOnlyList<ControlKeyword> keywords = [];
        fault = rest is null ? null
            : !syntax.AcceptsKeywords ? string.Create(CultureInfo.InvariantCulture, $"Cannot accept more than {syntax.MaxArguments} argument(s)")
            : ReadKeywords(rest, syntax, out keywords);
        if (fault is not null)
        {
            return false;
        }

        string data = syntax.TakesData ? ControlData.Decode(body[(end + 1)..]) : "";
        arguments = new ControlArguments { Words = words, Keywords = keywords, Data = data, Raw = body };
        return true;
    }

    /// <summary>Value of the first word with that key, in any case; null when there is none.</summary>
    public string? Find(string key)
    {
        foreach (ControlKeyword word in Keywords)
        {
            if (word.Key.Equals(key, StringComparison.OrdinalIgnoreCase))
            {
                return word.Value;
            }
        }

        return null;
    }

    /// <summary>Whether that key stands there without a value.</summary>
    public bool HasFlag(string key) => Find(key) is "";

    private static string? ReadKeywords(string rest, ControlSyntax syntax, out IReadOnlyList<ControlKeyword> keywords)
    {
        keywords = [];
        if (!KeywordReader.TryRead(rest, syntax.Keywords, out IReadOnlyList<ControlKeyword>? read) || read.Count == 0)
        {
            return "Cannot parse keyword argument(s)";
        }

        keywords = read;
        foreach (ControlKeyword word in read)
        {
            if (syntax.AllowedKeywords is { } allowed && !allowed.Contains(word.Key, StringComparer.OrdinalIgnoreCase))
            {
                return $"Unrecognized keyword argument {QuotedText.Quote(word.Key)}";
            }
        }

        return null;
    }

    /// <summary>Cuts at spaces; everything behind the last positional argument is the rest.</summary>
    private static List<string> Split(string line, int limit, out string? rest)
    {
        var words = new List<string>();
        ReadOnlySpan<char> left = line.AsSpan().Trim(WhiteSpace);
        while (!left.IsEmpty && words.Count < limit)
        {
            int space = left.IndexOf(' ');
            words.Add((space < 0 ? left : left[..space]).Trim(WhiteSpace).ToString());
            left = space < 0 ? [] : left[space..].TrimStart(WhiteSpace);
        }

        rest = left.IsEmpty ? null : left.ToString();
        return words;
    }
}
