using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Documents.Authorities;

namespace Tunic.Tor.Relay.DirectoryCache.Serving;

/// <summary>Reads the lists of digests that URLs end with. As in stock tor, what is malformed is passed over and what stands twice counts once.</summary>
internal static class ResourceList
{
    /// <summary>Most entries looked at: no honest request has more, since they must fit its head.</summary>
    private const int MaxEntries = 2_000;

    /// <summary>"HEX+HEX", ascending.</summary>
    public static IReadOnlyList<Digest160> ParseDigests(string list) => Parse<Digest160>(list, '+', Digest160.TryParseHex);

    /// <summary>"HEX+HEX" of fingerprints, ascending.</summary>
    public static IReadOnlyList<RsaIdentity> ParseIdentities(string list) => Parse<RsaIdentity>(list, '+', RsaIdentity.TryParseHex);

    /// <summary>"BASE64-BASE64" without padding, ascending.</summary>
    public static IReadOnlyList<Digest256> ParseMicrodescriptors(string list) => Parse<Digest256>(list, '-', TryParseBase64);

    /// <summary>"FP-SK+FP-SK", ascending.</summary>
    public static IReadOnlyList<AuthorityKeyId> ParseKeys(string list) =>
    [
        .. Split(list, '+').Select(TryParseKey).OfType<AuthorityKeyId>().Distinct().OrderBy(key => key.Identity).ThenBy(key => key.SigningKeyDigest),
    ];

    private delegate bool Parser<T>(ReadOnlySpan<char> text, out T value);

    private static string[] Split(string list, char separator)
    {
        string[] parts = list.Split(separator, MaxEntries + 1);
        return parts.Length > MaxEntries ? parts[..MaxEntries] : parts;
    }

    private static List<T> Parse<T>(string list, char separator, Parser<T> parser)
        where T : IComparable<T>
    {
        var values = new HashSet<T>();
        foreach (string part in Split(list, separator))
        {
            if (parser(part, out T value))
            {
                values.Add(value);
            }
        }

        return [.. values.Order()];
    }

    private static bool TryParseBase64(ReadOnlySpan<char> text, out Digest256 value)
    {
        Span<byte> bytes = stackalloc byte[Digest256.Length + 1];
        bool good = text.Length == 43 && Convert.TryFromBase64String($"{text}=", bytes, out int length) && length == Digest256.Length;
        value = good ? new Digest256(bytes[..Digest256.Length]) : default;
        return good;
    }

    private static AuthorityKeyId? TryParseKey(string text) =>
        text.Length == 81 && text[40] == '-'
        && RsaIdentity.TryParseHex(text.AsSpan(0, 40), out RsaIdentity identity) && Digest160.TryParseHex(text.AsSpan(41), out Digest160 key)
            ? new AuthorityKeyId(identity, key)
            : null;
}
