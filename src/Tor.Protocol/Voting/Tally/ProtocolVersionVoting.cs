using System.Numerics;
using Tunic.Tor.Protocol.Documents;

namespace Tunic.Tor.Protocol.Voting.Tally;

/// <summary>Votes on recommended and required subprotocols (tor-spec, "Subprotocol versioning").</summary>
public static class ProtocolVersionVoting
{
    /// <summary>What authorities recommend to clients; the list of stock tor 0.4.9.</summary>
    public const string RecommendedClient =
        "Cons=2 Desc=2 DirCache=2 FlowCtrl=1-2 HSDir=2 HSIntro=4 HSRend=2 Link=4-5 Microdesc=2 Relay=2-4";

    /// <summary>What authorities recommend to relays; the list of stock tor 0.4.9.</summary>
    public const string RecommendedRelay =
        "Cons=2 Desc=2 DirCache=2 FlowCtrl=1-2 HSDir=2 HSIntro=4-5 HSRend=2 Link=4-5 LinkAuth=3 Microdesc=2 Relay=2-4";

    /// <summary>What authorities require of clients; the list of stock tor 0.4.9.</summary>
    public const string RequiredClient = "Cons=2 Desc=2 FlowCtrl=1 Link=4 Microdesc=2 Relay=2";

    /// <summary>What authorities require of relays; the list of stock tor 0.4.9.</summary>
    public const string RequiredRelay = RecommendedRelay;

    /// <summary>The versions that stand in enough votes, as canonical text; empty when there are none.</summary>
    /// <param name="votes">The line of each vote that has one; a malformed one is left out.</param>
    /// <param name="threshold">How many votes a version needs: half of all authorities for a recommendation, two thirds for a requirement, rounded up.</param>
    public static string Compute(IEnumerable<string> votes, int threshold)
    {
        var counts = new SortedDictionary<string, int[]>(StringComparer.Ordinal);
        foreach (string vote in votes)
        {
            if (!ProtocolVersions.TryParse(vote, out ProtocolVersions versions))
            {
                continue;
            }

            foreach ((string name, ulong mask) in versions.Versions)
            {
                if (!counts.TryGetValue(name, out int[]? count))
                {
                    counts.Add(name, count = new int[ProtocolVersions.MaxVersion + 1]);
                }

                for (ulong rest = mask; rest != 0; rest &= rest - 1)
                {
                    count[BitOperations.TrailingZeroCount(rest)]++;
                }
            }
        }

        return string.Join(' ', counts
            .Select(pair => (pair.Key, Ranges: FormatRanges(pair.Value, threshold)))
            .Where(pair => pair.Ranges.Length > 0)
            .Select(pair => $"{pair.Key}={pair.Ranges}"));
    }

    private static string FormatRanges(int[] counts, int threshold)
    {
        var ranges = new List<string>();
        for (int first = 0; first < counts.Length; first++)
        {
            if (counts[first] < threshold)
            {
                continue;
            }

            int last = first;
            while (last + 1 < counts.Length && counts[last + 1] >= threshold)
            {
                last++;
            }

            ranges.Add(first == last ? $"{first}" : $"{first}-{last}");
            first = last;
        }

        return string.Join(',', ranges);
    }
}
