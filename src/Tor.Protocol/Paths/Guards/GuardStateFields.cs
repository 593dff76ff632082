using System.Globalization;
using System.Net;

namespace Tunic.Tor.Protocol.Paths.Guards;

/// <summary>Splits the value of a <c>Guard</c> line into the fields we know and the words to keep.</summary>
internal sealed class GuardStateFields
{
    /// <summary>No sample grows so far; a larger number is damage.</summary>
    private const int MaxIndex = 1_000_000;

    private static readonly string[] Known =
    [
        "in", "rsa_id", "bridge_addr", "nickname", "sampled_on", "sampled_idx", "sampled_by",
        "unlisted_since", "listed", "confirmed_on", "confirmed_idx",
    ];

    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    public GuardStateFields(string text)
    {
        var extra = new List<string>();
        foreach (string word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            int equals = word.IndexOf('=', StringComparison.Ordinal);
            bool isNew = IsField(word) && _values.TryAdd(word[..equals], word[(equals + 1)..]);
            if (!isNew)
            {
                extra.Add(word);
            }
        }

        Extra = string.Join(' ', extra);
    }

    /// <summary>Unknown words, words without "=", and fields that come a second time.</summary>
    public string Extra { get; }

    /// <summary>A field that was asked for is there, but not well-formed.</summary>
    public bool HasMalformed { get; private set; }

    /// <summary>Whether the word begins with the name of a field that we know, and "=".</summary>
    public static bool IsField(string word) => word.IndexOf('=', StringComparison.Ordinal) is > 0 and var equals && Array.IndexOf(Known, word[..equals]) >= 0;

    public string? Text(string key) => _values.GetValueOrDefault(key);

    public int? Number(string key) => Read<int>(key, text =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number <= MaxIndex ? number : null);

    public DateTime? Date(string key, string format) => Read<DateTime>(key, text =>
        DateTime.TryParseExact(
            text, format, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTime date)
            ? date
            : null);

    public IPEndPoint? EndPoint(string key)
    {
        if (Text(key) is not { } text)
        {
            return null;
        }

        int colon = text.LastIndexOf(':');
        ReadOnlySpan<char> address = colon < 0 ? "" : text.AsSpan(0, colon);
        if (address is ['[', .. var inner, ']'])
        {
            address = inner;
        }

        if (AddressText.TryParse(address, out IPAddress? parsed)
            && ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out ushort port))
        {
            return new IPEndPoint(parsed, port);
        }

        HasMalformed = true;
        return null;
    }

    private T? Read<T>(string key, Func<string, T?> parse)
        where T : struct
    {
        if (Text(key) is not { } text)
        {
            return null;
        }

        T? value = parse(text);
        HasMalformed |= value is null;
        return value;
    }
}
