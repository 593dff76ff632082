using System.Text;

namespace Tunic.Tor.Protocol.Documents.Lexing;

/// <summary>Parses each distinct text once and shares the result: thousands of relays have the same few protocol lines.</summary>
internal sealed class TextCache<T>(Func<string, T> parse)
{
    private const int MaxStackLength = 512;

    private readonly Dictionary<string, T> _values = new(StringComparer.Ordinal);

    public T Get(ReadOnlySpan<byte> text)
    {
        Span<char> buffer = stackalloc char[MaxStackLength];
        if (text.Length > MaxStackLength)
        {
            return parse(Encoding.UTF8.GetString(text));
        }

        ReadOnlySpan<char> letters = buffer[..Encoding.UTF8.GetChars(text, buffer)];
        var lookup = _values.GetAlternateLookup<ReadOnlySpan<char>>();
        if (!lookup.TryGetValue(letters, out T? value))
        {
            string key = letters.ToString();
            value = parse(key);
            _values.Add(key, value);
        }

        return value;
    }
}
