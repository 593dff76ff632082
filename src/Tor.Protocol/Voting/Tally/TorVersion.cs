using System.Globalization;

namespace Tunic.Tor.Protocol.Voting.Tally;

/// <summary>A version of tor as platforms and version lists write it: "0.4.9.11", "0.4.8.0-alpha-dev", "0.2.0.1rc3" (versions.c).</summary>
public sealed class TorVersion
{
    private const int MaxTagLength = 31;
    private const int MaxTextLength = 126;

    private readonly int[] _numbers = new int[5]; // major, minor, micro, status, patch level
    private string _tag = "";
    private int _revision;
    private byte[] _gitTag = [];

    private TorVersion()
    {
    }

    private enum Status
    {
        Pre = 0,
        Candidate = 1,
        Release = 2,
    }

    /// <summary>Orders version texts as stock tor does: parsable ones first and by their numbers, the others by their bytes.</summary>
    public static IComparer<string> TextOrder { get; } = Comparer<string>.Create(CompareTexts);

    /// <summary>Reads a version, with or without "Tor " before it; null when it is none.</summary>
    public static TorVersion? Parse(string text)
    {
        var version = new TorVersion();
        version._numbers[3] = (int)Status.Release;
        int start = text.StartsWith("Tor ", StringComparison.OrdinalIgnoreCase) ? 4 : 0;
        return version.TryRead(text, start) ? version : null;
    }

    /// <summary>The version in a platform line: "Tor 0.4.9.11 on Linux".</summary>
    /// <param name="platform">The whole line.</param>
    /// <param name="isOther">True for a program that is not named Tor; the result is null then.</param>
    /// <returns>Null also when the version is malformed.</returns>
    public static TorVersion? ParsePlatform(string platform, out bool isOther)
    {
        isOther = !platform.StartsWith("Tor ", StringComparison.Ordinal);
        string rest = isOther ? "" : platform[3..].TrimStart(' ', '\t', '\r', '\n');
        if (rest.Length == 0)
        {
            return null;
        }

        int end = EndOfWord(rest, 0);
        int next = SkipSpaces(rest, end);
        if (rest.AsSpan(next).StartsWith("(r") || rest.AsSpan(next).StartsWith("(git-"))
        {
            end = EndOfWord(rest, next);
        }

        return end > MaxTextLength ? null : Parse(rest[..end]);
    }

    /// <summary>Negative when this is the older one.</summary>
    public int CompareTo(TorVersion other)
    {
        int numbers = _numbers.AsSpan().SequenceCompareTo(other._numbers);
        int tags = numbers != 0 ? numbers : string.CompareOrdinal(_tag, other._tag);
        int revisions = tags != 0 ? tags : _revision.CompareTo(other._revision);
        int lengths = revisions != 0 ? revisions : _gitTag.Length.CompareTo(other._gitTag.Length);
        return lengths != 0 ? lengths : _gitTag.AsSpan().SequenceCompareTo(other._gitTag);
    }

    private static int CompareTexts(string? left, string? right)
    {
        TorVersion? a = Parse(left ?? "");
        TorVersion? b = Parse(right ?? "");
        return (a, b) switch
        {
            (null, null) => string.CompareOrdinal(left, right),
            (null, _) => 1,
            (_, null) => -1,
            _ => a.CompareTo(b),
        };
    }

    private bool TryRead(string text, int position)
    {
        if (!TryReadNumber(text, ref position, 0) || !TryReadDot(text, ref position) || !TryReadNumber(text, ref position, 1))
        {
            return false;
        }

        if (position == text.Length || text[position] == '-')
        {
            return position == text.Length || TryReadTag(text, position);
        }

        if (!TryReadDot(text, ref position) || !TryReadNumber(text, ref position, 2))
        {
            return false;
        }

        ReadOnlySpan<char> rest = text.AsSpan(position);
        if (rest.IsEmpty || rest[0] == '-')
        {
            return rest.IsEmpty || TryReadTag(text, position);
        }

        int skipped = rest[0] == '.' ? 1 : rest.StartsWith("pre") ? 3 : rest.StartsWith("rc") ? 2 : 0;
        _numbers[3] = (int)(skipped == 3 ? Status.Pre : skipped == 2 ? Status.Candidate : Status.Release);
        position += skipped;
        return skipped > 0 && TryReadNumber(text, ref position, 4) && TryReadTag(text, position);
    }

    private bool TryReadTag(string text, int position)
    {
        if (position < text.Length && text[position] is '-' or '.')
        {
            position++;
        }

        int end = EndOfWord(text, position);
        _tag = text[position..Math.Min(end, position + MaxTagLength)];
        string rest = text[SkipSpaces(text, end)..];
        if (rest.StartsWith("(r", StringComparison.Ordinal))
        {
            string digits = string.Concat(rest[2..].TakeWhile(char.IsAsciiDigit));
            _revision = int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int revision) ? revision : 0;
            return true;
        }

        if (!rest.StartsWith("(git-", StringComparison.Ordinal))
        {
            return true;
        }

        int close = rest.IndexOf(')', StringComparison.Ordinal);
        string hex = close < 0 ? "" : rest[5..close];
        if (hex.Length is 0 or > 40 || hex.Length % 2 == 1 || !hex.All(char.IsAsciiHexDigit))
        {
            return false;
        }

        _gitTag = Convert.FromHexString(hex);
        return true;
    }

    private bool TryReadNumber(string text, ref int position, int index)
    {
        int start = position;
        while (position < text.Length && char.IsAsciiDigit(text[position]))
        {
            position++;
        }

        return int.TryParse(text.AsSpan(start, position - start), NumberStyles.None, CultureInfo.InvariantCulture, out _numbers[index]);
    }

    private static bool TryReadDot(string text, ref int position) => position < text.Length && text[position++] == '.';

    private static int EndOfWord(string text, int start)
    {
        int length = text.AsSpan(start).IndexOfAny(" \t\r\n");
        return length < 0 ? text.Length : start + length;
    }

    private static int SkipSpaces(string text, int start)
    {
        int length = text.AsSpan(start).IndexOfAnyExcept(" \t\r\n");
        return length < 0 ? text.Length : start + length;
    }
}
