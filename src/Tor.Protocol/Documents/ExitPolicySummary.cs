using System.Diagnostics.CodeAnalysis;
using System.Text;
using Tunic.Tor.Protocol.Documents.Lexing;

namespace Tunic.Tor.Protocol.Documents;

/// <summary>The ports an exit accepts or rejects for most addresses: the <c>p</c> line (dir-spec, "Computing a consensus from votes").</summary>
/// <param name="IsAccept">True for "accept PORTS", false for "reject PORTS".</param>
/// <param name="Ports">Each from 1 to 65535. Ascending and disjoint when computed; as written when read from a document.</param>
public sealed record ExitPolicySummary(bool IsAccept, IReadOnlyList<PortRange> Ports)
{
    /// <summary>Rejects every port.</summary>
    public static ExitPolicySummary RejectAll { get; } = new(false, [new PortRange(1, 65535)]);

    /// <summary>Most entries in a summary; implementation limit of stock tor.</summary>
    private const int MaxEntries = 1000;

    /// <summary>Reads "accept 80,443" or "reject 1-65535"; entries that do not begin with a digit are skipped, as in stock tor.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out ExitPolicySummary? summary) =>
        TryParse(Encoding.UTF8.GetBytes(text), out summary);

    internal static bool TryParse(ReadOnlySpan<byte> text, [NotNullWhen(true)] out ExitPolicySummary? summary)
    {
        summary = null;
        bool isAccept = text.StartsWith("accept "u8);
        if (!isAccept && !text.StartsWith("reject "u8))
        {
            return false;
        }

        if (text.SequenceEqual("reject 1-65535"u8))
        {
            summary = RejectAll; // nearly all relays say so: share it
            return true;
        }

        text = text["accept ".Length..];
        var ports = new List<PortRange>();
        while (!text.IsEmpty && ports.Count < MaxEntries)
        {
            int comma = text.IndexOf((byte)',');
            ReadOnlySpan<byte> entry = comma < 0 ? text : text[..comma];
            text = comma < 0 ? default : text[(comma + 1)..];
            if (entry.IsEmpty || !char.IsAsciiDigit((char)entry[0]))
            {
                continue;
            }

            if (!TryParseRange(entry, out PortRange range))
            {
                return false;
            }

            ports.Add(range);
        }

        summary = ports.Count == 0 || !text.IsEmpty ? null : new ExitPolicySummary(isAccept, ports);
        return summary is not null;
    }

    /// <summary>Whether every port is rejected.</summary>
    public bool RejectsEverything => !IsAccept && Ports.Any(range => range is { First: 1, Last: 65535 });

    /// <summary>"accept 80,443": the rest of a <c>p</c> line.</summary>
    public override string ToString() => $"{(IsAccept ? "accept" : "reject")} {string.Join(',', Ports)}";

    /// <summary>Same action and same ranges in the same order.</summary>
    public bool Equals(ExitPolicySummary? other) => other is not null && IsAccept == other.IsAccept && Ports.SequenceEqual(other.Ports);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(IsAccept, Ports.Count, Ports.Count == 0 ? default : Ports[0]);

    /// <summary>Whether the exit says that it takes <paramref name="port"/> at most addresses.</summary>
    public bool Accepts(ushort port)
    {
        foreach (PortRange range in Ports)
        {
            if (range.Contains(port))
            {
                return IsAccept;
            }
        }

        return !IsAccept;
    }

    private static bool TryParseRange(ReadOnlySpan<byte> entry, out PortRange range)
    {
        int dash = entry.IndexOf((byte)'-');
        ReadOnlySpan<byte> first = dash < 0 ? entry : entry[..dash];
        ReadOnlySpan<byte> last = dash < 0 ? entry : entry[(dash + 1)..];
        range = default;
        if (!FieldText.TryParsePort(first, out ushort from) || !FieldText.TryParsePort(last, out ushort to) || from == 0 || from > to)
        {
            return false;
        }

        range = new PortRange(from, to);
        return true;
    }
}
