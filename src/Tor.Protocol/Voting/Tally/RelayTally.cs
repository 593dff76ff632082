using System.Net;
using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Documents;
using Tunic.Tor.Protocol.Documents.Consensuses;
using Tunic.Tor.Protocol.Documents.Votes;

namespace Tunic.Tor.Protocol.Voting.Tally;

/// <summary>Makes one relay's consensus entry from its entries in the votes (dirvote.c, networkstatus_compute_consensus).</summary>
internal sealed class RelayTally
{
    private const string NoEdConsensus = "NoEdConsensus";
    private const int EnoughMeasurements = 2;

    // Versions that compare equal may still be different texts; their bytes break the tie.
    private static readonly IComparer<string> VersionOrder = Comparer<string>.Create((left, right) =>
    {
        int order = TorVersion.TextOrder.Compare(left, right);
        return order != 0 ? order : string.CompareOrdinal(left, right);
    });

    private readonly IReadOnlyList<Vote> _votes;
    private readonly int _authorityCount;
    private readonly int _method;
    private readonly string[] _flags;
    private readonly Dictionary<string, int> _flagVoters = new(StringComparer.Ordinal);
    private readonly bool _capsUnmeasured;
    private readonly uint _maxUnmeasured;

    /// <param name="votes">All votes.</param>
    /// <param name="authorityCount">How many authorities the network has.</param>
    /// <param name="method">Consensus method.</param>
    /// <param name="maxUnmeasured">Parameter "maxunmeasuredbw", kilobytes per second.</param>
    public RelayTally(IReadOnlyList<Vote> votes, int authorityCount, int method, uint maxUnmeasured)
    {
        _votes = votes;
        _authorityCount = authorityCount;
        _method = method;
        _maxUnmeasured = maxUnmeasured;
        _capsUnmeasured = votes.Count(vote => vote.Relays.Any(relay => relay.MeasuredBandwidth is not null)) > EnoughMeasurements;
        foreach (string flag in votes.SelectMany(vote => vote.KnownFlags))
        {
            _flagVoters[flag] = _flagVoters.GetValueOrDefault(flag) + 1;
        }

        _flags = [.. _flagVoters.Keys.Append(NoEdConsensus).Distinct().Order(StringComparer.Ordinal)];
    }

    /// <summary>Every flag that a vote knows, ascending.</summary>
    public IReadOnlyList<string> KnownFlags => _flags;

    /// <summary>The entry; null when the relay is not in the consensus.</summary>
    public TalliedRelay? Count(CollatedRelay relay)
    {
        VoteRouterStatus[] entries = [.. relay.Entries.OfType<VoteRouterStatus>()];
        if (entries.Length <= _authorityCount / 2)
        {
            return null;
        }

        List<string> flags = CountFlags(relay);
        if (!flags.Contains("Running") || !flags.Contains("Valid"))
        {
            return null;
        }

        VoteRouterStatus best = ChooseEntry(entries);
        VoteRouterStatus[] same = [.. entries.Where(entry => CompareEntries(entry, best) == 0)];
        (uint? bandwidth, bool isMeasured) = CountBandwidth(entries);
        RouterStatus status = best.Status with
        {
            AdditionalAddresses = ChooseIPv6(same) is { } address ? [address] : [],
            MicrodescriptorDigest = ChooseMicrodescriptor(same),
            Version = Majority.MostFrequent(entries.Select(entry => entry.Status.Version).Where(version => version.Length > 0), VersionOrder) ?? "",
            Protocols = Majority.MostFrequent(
                entries.Select(entry => entry.Status.Protocols),
                Comparer<ProtocolVersions>.Create((a, b) => string.CompareOrdinal(a.Text, b.Text)))!,
            Bandwidth = bandwidth,
            Unmeasured = !isMeasured,
            ExitPolicy = ChoosePolicy(entries, best.Status.DescriptorDigest),
        };
        return new TalliedRelay(status, flags);
    }

    private List<string> CountFlags(CollatedRelay relay)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int voter = 0; voter < _votes.Count; voter++)
        {
            IReadOnlyList<string> known = _votes[voter].KnownFlags;
            ulong mask = relay.Entries[voter]?.FlagMask ?? 0;
            for (int index = 0; index < known.Count; index++)
            {
                if ((mask & (1UL << index)) != 0)
                {
                    counts[known[index]] = counts.GetValueOrDefault(known[index]) + 1;
                }
            }
        }

        List<string> flags = [.. _flags.Where(flag => flag == NoEdConsensus
            ? relay.Ed25519Agreement <= _authorityCount / 2
            : counts.GetValueOrDefault(flag) > _flagVoters[flag] / 2)];
        if (flags.Contains("MiddleOnly"))
        {
            flags.RemoveAll(flag => flag is "Exit" or "V2Dir" or "Guard" or "HSDir");
            if (!flags.Contains("BadExit") && _flagVoters.ContainsKey("BadExit"))
            {
                flags.Add("BadExit");
                flags.Sort(StringComparer.Ordinal);
            }
        }

        return flags;
    }

    /// <summary>The entry that most votes have; of several the latest published, of those the one with the smallest descriptor digest.</summary>
    private static VoteRouterStatus ChooseEntry(VoteRouterStatus[] entries)
    {
        VoteRouterStatus[] sorted = [.. entries.Order(Comparer<VoteRouterStatus>.Create(CompareEntries))];
        VoteRouterStatus best = sorted[0];
        int bestCount = 0;
        for (int start = 0; start < sorted.Length;)
        {
            int end = start + 1;
            while (end < sorted.Length && CompareEntries(sorted[start], sorted[end]) == 0)
            {
                end++;
            }

            int count = end - start;
            if (count > bestCount || (count == bestCount && sorted[start].Status.Published > best.Status.Published))
            {
                best = sorted[start];
                bestCount = count;
            }

            start = end;
        }

        return best;
    }

    private static int CompareEntries(VoteRouterStatus left, VoteRouterStatus right)
    {
        RouterStatus a = left.Status;
        RouterStatus b = right.Status;
        int order = a.DescriptorDigest.CompareTo(b.DescriptorDigest);
        order = order != 0 ? order : b.Published.CompareTo(a.Published);
        order = order != 0 ? order : string.CompareOrdinal(b.Nickname, a.Nickname);
        order = order != 0 ? order : CompareAddresses(a.Address.Address, b.Address.Address);
        order = order != 0 ? order : b.Address.Port.CompareTo(a.Address.Port);
        return order != 0 ? order : b.DirectoryPort.CompareTo(a.DirectoryPort);
    }

    private static int CompareAddresses(IPAddress left, IPAddress right) =>
        left.GetAddressBytes().AsSpan().SequenceCompareTo(right.GetAddressBytes());

    private static IPEndPoint? ChooseIPv6(VoteRouterStatus[] entries)
    {
        IEnumerable<IPEndPoint> addresses = entries
            .Select(entry => entry.Status.AdditionalAddresses.FirstOrDefault(address => address.Address.GetAddressBytes().Length == 16))
            .OfType<IPEndPoint>()
            .Where(address => !address.Address.Equals(IPAddress.IPv6Any) && address.Port != 0);
        return Majority.MostFrequent(addresses, Comparer<IPEndPoint>.Create((a, b) =>
        {
            int order = CompareAddresses(a.Address, b.Address);
            return order != 0 ? order : b.Port.CompareTo(a.Port);
        }));
    }

    private Digest256 ChooseMicrodescriptor(VoteRouterStatus[] entries) => Majority.MostFrequent(
        entries.Select(entry => entry.FindMicrodescriptor(_method)).Where(digest => digest is not null).Select(digest => digest!.Value),
        Comparer<Digest256>.Default);

    private (uint? Bandwidth, bool IsMeasured) CountBandwidth(VoteRouterStatus[] entries)
    {
        uint[] measured = [.. entries.Select(entry => entry.MeasuredBandwidth).Where(value => value is not null).Select(value => value!.Value)];
        if (measured.Length > EnoughMeasurements)
        {
            return (Majority.LowMedian(measured), true);
        }

        uint[] declared = [.. entries.Select(entry => entry.Status.Bandwidth).Where(value => value is not null).Select(value => (uint)value!.Value)];
        if (declared.Length == 0)
        {
            return (null, true);
        }

        uint median = Majority.LowMedian(declared);
        return (_capsUnmeasured ? Math.Min(median, _maxUnmeasured) : median, false);
    }

    private static ExitPolicySummary? ChoosePolicy(VoteRouterStatus[] entries, Digest160 descriptor)
    {
        ExitPolicySummary[] policies = [.. entries.Where(entry => entry.Status.DescriptorDigest == descriptor)
            .Select(entry => entry.Status.ExitPolicy).OfType<ExitPolicySummary>()];
        if (policies.Length == 0)
        {
            policies = [.. entries.Select(entry => entry.Status.ExitPolicy).OfType<ExitPolicySummary>()];
        }

        return Majority.MostFrequent(policies, Comparer<ExitPolicySummary>.Create((a, b) => string.CompareOrdinal(a.ToString(), b.ToString())));
    }
}
