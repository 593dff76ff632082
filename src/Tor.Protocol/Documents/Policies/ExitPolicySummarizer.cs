using System.Text;

namespace Tunic.Tor.Protocol.Documents.Policies;

/// <summary>Boils an exit policy down to the ports of a <c>p</c> line, byte for byte as stock tor does (policies.c, policy_summarize).</summary>
/// <remarks>Authorities must agree on the result: every threshold here is part of the protocol.</remarks>
internal static class ExitPolicySummarizer
{
    /// <summary>Longest summary in characters, the word accept or reject included.</summary>
    private const int MaxLength = 1000;

    // A port rejected for more addresses than this stays rejected even when "accept *" follows: two /8 of IPv4, one /16 of IPv6.
    private const ulong IPv4Cutoff = 1UL << (32 - 7);
    private const ulong IPv6Cutoff = 1UL << (64 - 16);

    public static ExitPolicySummary Summarize(IReadOnlyList<ExitPolicyRule> rules, bool isIPv6)
    {
        var spans = new List<Span> { new(1, 65535, 0, false) };
        foreach (ExitPolicyRule rule in rules)
        {
            if (rule.Addresses.IsIPv6 == isIPv6)
            {
                Add(spans, rule);
            }
        }

        List<PortRange> accepts = Merge(spans, accepted: true);
        List<PortRange> rejects = Merge(spans, accepted: false);
        if (accepts.Count == 0)
        {
            return ExitPolicySummary.RejectAll;
        }

        if (rejects.Count == 0)
        {
            return new ExitPolicySummary(true, [ExitPolicyRule.AllPorts]);
        }

        int acceptLength = JoinedLength(accepts);
        int rejectLength = JoinedLength(rejects);
        int room = MaxLength - "accept ".Length;
        if (acceptLength > room && rejectLength > room)
        {
            Truncate(accepts, room);
            return new ExitPolicySummary(true, accepts);
        }

        return rejectLength < acceptLength ? new ExitPolicySummary(false, rejects) : new ExitPolicySummary(true, accepts);
    }

    private static void Add(List<Span> spans, ExitPolicyRule rule)
    {
        if (rule.IsAccept)
        {
            if (rule.Addresses.PrefixLength == 0)
            {
                Accept(spans, rule);
            }
        }
        else if (!ExitPolicy.PrivateNetworks.Contains(rule.Addresses))
        {
            Reject(spans, rule);
        }
    }

    private static void Accept(List<Span> spans, ExitPolicyRule rule)
    {
        ulong cutoff = rule.Addresses.IsIPv6 ? IPv6Cutoff : IPv4Cutoff;
        for (int index = Split(spans, rule.Ports); index < spans.Count && spans[index].Last <= rule.Ports.Last; index++)
        {
            if (spans[index].RejectCount <= cutoff)
            {
                spans[index] = spans[index] with { Accepted = true };
            }
        }
    }

    private static void Reject(List<Span> spans, ExitPolicyRule rule)
    {
        int first = Split(spans, rule.Ports);

        // IPv4 is counted in addresses, IPv6 in /64 networks; what is smaller than one does not count.
        int exponent = (rule.Addresses.IsIPv6 ? 64 : 32) - rule.Addresses.PrefixLength;
        if (exponent < 0)
        {
            return;
        }

        ulong count = exponent >= 64 ? ulong.MaxValue : 1UL << exponent;
        for (int index = first; index < spans.Count && spans[index].Last <= rule.Ports.Last; index++)
        {
            ulong before = spans[index].RejectCount;
            ulong sum = count > ulong.MaxValue - before ? ulong.MaxValue : before + count;
            spans[index] = spans[index] with { RejectCount = sum };
        }
    }

    /// <summary>Makes the ports begin and end where spans do, and returns the index of the first span inside.</summary>
    private static int Split(List<Span> spans, PortRange ports)
    {
        int start = spans.FindIndex(span => span.Last >= ports.First);
        if (spans[start].First != ports.First)
        {
            spans.Insert(start + 1, spans[start] with { First = ports.First });
            spans[start] = spans[start] with { Last = (ushort)(ports.First - 1) };
            start++;
        }

        int end = spans.FindIndex(start, span => span.Last >= ports.Last);
        if (spans[end].Last != ports.Last)
        {
            spans.Insert(end + 1, spans[end] with { First = (ushort)(ports.Last + 1) });
            spans[end] = spans[end] with { Last = ports.Last };
        }

        return start;
    }

    private static List<PortRange> Merge(List<Span> spans, bool accepted)
    {
        var merged = new List<PortRange>();
        foreach (Span span in spans)
        {
            if (span.Accepted != accepted)
            {
                continue;
            }

            if (merged.Count > 0 && merged[^1].Last + 1 == span.First)
            {
                merged[^1] = new PortRange(merged[^1].First, span.Last);
            }
            else
            {
                merged.Add(new PortRange(span.First, span.Last));
            }
        }

        return merged;
    }

    private static int JoinedLength(List<PortRange> ranges) => ranges.Sum(range => range.ToString().Length) + ranges.Count - 1;

    private static void Truncate(List<PortRange> ranges, int room)
    {
        // Stock tor cuts at the last comma at or before the limit.
        var joined = new StringBuilder();
        int kept = 0;
        for (; kept < ranges.Count; kept++)
        {
            joined.Append(kept == 0 ? "" : ",").Append(ranges[kept]);
            if (joined.Length > room)
            {
                break;
            }
        }

        ranges.RemoveRange(kept, ranges.Count - kept);
    }

    private readonly record struct Span(ushort First, ushort Last, ulong RejectCount, bool Accepted);
}
