using System.Globalization;
using System.Text;

namespace Tunic.Tor.Protocol.Documents;

/// <summary>The subprotocol versions a relay speaks: a <c>proto</c> or <c>pr</c> line (tor-spec, "Subprotocol versioning").</summary>
/// <remarks>Immutable. Unknown names are kept for writing; versions go from 0 to 63.</remarks>
public sealed class ProtocolVersions : IEquatable<ProtocolVersions>
{
    /// <summary>Highest version number that exists.</summary>
    public const int MaxVersion = 63;

    private readonly SortedDictionary<string, ulong> _versions;

    private ProtocolVersions(SortedDictionary<string, ulong> versions, string text)
    {
        _versions = versions;
        Text = text;
    }

    /// <summary>No protocol at all.</summary>
    public static ProtocolVersions None { get; } = new(new(StringComparer.Ordinal), "");

    /// <summary>True for a line that cannot be read, of which only the text is known: <see cref="Malformed"/>.</summary>
    public bool IsMalformed { get; private init; }

    /// <summary>The line as it was written. Authorities vote on this text, so documents repeat it rather than the canonical form.</summary>
    public string Text { get; }

    /// <summary>Names and version bit masks (bit n = version n), ascending by name.</summary>
    public IReadOnlyDictionary<string, ulong> Versions => _versions;

    /// <summary>Whether <paramref name="version"/> of the protocol is listed.</summary>
    public bool Supports(ProtocolName name, int version) => Supports(name.ToString(), version);

    /// <summary>Whether <paramref name="version"/> of the protocol is listed.</summary>
    public bool Supports(string name, int version) =>
        version is >= 0 and <= MaxVersion && _versions.TryGetValue(name, out ulong mask) && (mask & (1UL << version)) != 0;

    /// <summary>What is listed here and not there, in its canonical form.</summary>
    public ProtocolVersions Except(ProtocolVersions other)
    {
        var rest = new SortedDictionary<string, ulong>(StringComparer.Ordinal);
        foreach ((string name, ulong mask) in _versions)
        {
            if ((mask & ~other._versions.GetValueOrDefault(name)) is > 0 and var missing)
            {
                rest.Add(name, missing);
            }
        }

        return new ProtocolVersions(rest, new ProtocolVersions(rest, "").ToString());
    }

    /// <summary>Reads "Name=1-3,5 Other=2"; the empty text is <see cref="None"/>. False for anything malformed: falling ranges, versions over 63. As in stock tor the versions of a name that stands twice add up.</summary>
    public static bool TryParse(string text, out ProtocolVersions versions)
    {
        versions = None;
        var parsed = new SortedDictionary<string, ulong>(StringComparer.Ordinal);
        foreach (string entry in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            int equals = entry.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0 || !TryParseMask(entry[(equals + 1)..], out ulong mask) || !IsName(entry.AsSpan(0, equals)))
            {
                return false;
            }

            parsed[entry[..equals]] = parsed.GetValueOrDefault(entry[..equals]) | mask;
        }

        versions = parsed.Count == 0 ? None : new ProtocolVersions(parsed, text);
        return true;
    }

    /// <summary>
    /// A line that <see cref="TryParse"/> refuses. A relay that publishes one keeps its descriptor, and is in no vote (stock
    /// dirserv_generate_networkstatus_vote_obj).
    /// </summary>
    public static ProtocolVersions Malformed(string text) => new(None._versions, text) { IsMalformed = true };

    /// <inheritdoc/>
    public bool Equals(ProtocolVersions? other) =>
        other is not null && IsMalformed == other.IsMalformed && (IsMalformed ? Text == other.Text : _versions.SequenceEqual(other._versions));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ProtocolVersions);

    /// <inheritdoc/>
    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    /// <summary>Canonical text: names ascending, ranges merged.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach ((string name, ulong mask) in _versions)
        {
            text.Append(text.Length == 0 ? "" : " ").Append(name).Append('=');
            AppendRanges(text, mask);
        }

        return text.ToString();
    }

    private static bool IsName(ReadOnlySpan<char> name)
    {
        foreach (char letter in name)
        {
            if (!char.IsAsciiLetterOrDigit(letter) && letter != '-')
            {
                return false;
            }
        }

        return name.Length <= 100;
    }

    private static bool TryParseMask(string text, out ulong mask)
    {
        mask = 0;
        if (text.Length == 0)
        {
            return true;
        }

        foreach (string range in text.Split(','))
        {
            int dash = range.IndexOf('-', StringComparison.Ordinal);
            string first = dash < 0 ? range : range[..dash];
            string last = dash < 0 ? range : range[(dash + 1)..];
            if (!TryParseVersion(first, out int from) || !TryParseVersion(last, out int to) || from > to)
            {
                return false;
            }

            for (int version = from; version <= to; version++)
            {
                mask |= 1UL << version;
            }
        }

        return true;
    }

    private static bool TryParseVersion(string text, out int version) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out version) && version <= MaxVersion;

    private static void AppendRanges(StringBuilder text, ulong mask)
    {
        string separator = "";
        for (int first = 0; first <= MaxVersion; first++)
        {
            if ((mask & (1UL << first)) == 0)
            {
                continue;
            }

            int last = first;
            while (last < MaxVersion && (mask & (1UL << (last + 1))) != 0)
            {
                last++;
            }

            text.Append(separator).Append(first);
            if (last > first)
            {
                text.Append('-').Append(last);
            }

            separator = ",";
            first = last;
        }
    }
}
