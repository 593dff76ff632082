using System.Net;
using System.Security.Cryptography;
using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Documents;
using Tunic.Tor.Protocol.Documents.Authorities;
using Tunic.Tor.Protocol.Documents.Bandwidths;
using Tunic.Tor.Protocol.Documents.Consensuses;
using Tunic.Tor.Protocol.Documents.Descriptors;
using Tunic.Tor.Protocol.Documents.Microdescriptors;
using Tunic.Tor.Protocol.Documents.Votes;
using Tunic.Tor.Protocol.Voting.Flags;
using Tunic.Tor.Protocol.Voting.SharedRandom;
using Tunic.Tor.Protocol.Voting.Tally;

namespace Tunic.Tor.Protocol.Voting.Votes;

/// <summary>Makes an authority's own vote (dirvote.c, dirserv_generate_networkstatus_vote_obj).</summary>
public sealed class VoteBuilder(AuthorityProfile profile, AuthorityCertificate certificate)
{
    private const int MaxVersionLength = 120;
    private const int MaxHeadersLength = 1024;

    private static readonly int[] OlderMethods = [32, 33, 34];
    private static readonly int[] FamilyIdMethods = [35];

    /// <summary>Makes the vote.</summary>
    /// <param name="relays">Every relay that the authority knows; measured bandwidths are filled in here.</param>
    /// <param name="history">Updated: relays that are down or Sybils are noted there.</param>
    /// <param name="sharedRandom">Our shared random state; null when we do not take part.</param>
    /// <param name="bandwidths">The bandwidth file; null when there is none.</param>
    /// <param name="moment">When, and for when.</param>
    public BuiltVote Build(
        IEnumerable<KnownRelay> relays, StabilityHistory history, SharedRandomState? sharedRandom, BandwidthFile? bandwidths, VoteMoment moment)
    {
        BandwidthFile? fresh = bandwidths is null || bandwidths.IsStale(moment.Now) ? null : bandwidths;
        KnownRelay[] measured = [.. WithUniqueEd25519(relays)
            .Select(relay => relay with { MeasuredBandwidth = fresh is not null && fresh.Measurements.TryGetValue(relay.Identity, out uint value) ? value : null })
            .OrderBy(relay => relay.Identity)];
        var assigner = new FlagAssigner(measured, history, profile.Flags, moment.Now, moment.OwnUptime, moment.Parameters);
        var microdescriptors = new List<byte[]>();
        VoteRouterStatus[] entries = [.. measured
            .Where(relay => relay.Descriptor.Declaration is { Protocols.IsMalformed: false } declaration && declaration.Published >= moment.Now - FlagAssigner.MaxAge)
            .Select(relay => CreateEntry(relay, assigner, history, moment.Now, microdescriptors))];
        Vote vote = CreateVote(assigner, entries, moment) with
        {
            BandwidthFileHeaders = bandwidths is null ? null : FormatHeaders(fresh),
            BandwidthFileDigest = bandwidths is null ? null : $"sha256={bandwidths.Digest.ToBase64()}",
        };
        return new BuiltVote(WithSharedRandom(vote, sharedRandom), microdescriptors);
    }

    /// <summary>"Tor 0.4.9.11" of "Tor 0.4.9.11 on Linux"; empty for other programs.</summary>
    public static string VersionOf(string? platform)
    {
        if (platform is null || !platform.StartsWith("Tor ", StringComparison.Ordinal))
        {
            return "";
        }

        int end = EndOfWord(platform, 4);
        if (platform.AsSpan(end).StartsWith(" (r"))
        {
            end = EndOfWord(platform, end + 1);
        }

        return end <= MaxVersionLength ? platform[..end] : "";
    }

    private static int EndOfWord(string text, int start)
    {
        int length = text.AsSpan(start).IndexOfAny(" \t\r\n");
        return length < 0 ? text.Length : start + length;
    }

    private static string FormatHeaders(BandwidthFile? fresh)
    {
        string headers = string.Join(' ', fresh?.Headers ?? []);
        return headers.Length <= MaxHeadersLength && !headers.AsSpan().ContainsAny('\r', '\0') ? headers : "";
    }

    /// <summary>Of relays with the same Ed25519 identity only the one with the newest descriptor is voted for.</summary>
    private static IEnumerable<KnownRelay> WithUniqueEd25519(IEnumerable<KnownRelay> relays) => relays
        .GroupBy(relay => relay.Descriptor.Ed25519Identity)
        .Select(group => group.OrderByDescending(relay => relay.Descriptor.Declaration.Published).ThenBy(relay => relay.Descriptor.Digest).First());

    private Vote CreateVote(FlagAssigner assigner, VoteRouterStatus[] entries, VoteMoment moment) => new()
    {
        Methods = [.. OlderMethods, .. FamilyIdMethods],
        Published = moment.Now,
        ValidAfter = moment.ValidAfter,
        FreshUntil = moment.ValidAfter + profile.Intervals.Interval,
        ValidUntil = moment.ValidAfter + (profile.Intervals.Interval * profile.IntervalsValid),
        VoteDelay = profile.Intervals.VoteDelay,
        DistributionDelay = profile.Intervals.DistributionDelay,
        ClientVersions = FormatVersions(profile.ClientVersions),
        ServerVersions = FormatVersions(profile.ServerVersions),
        RecommendedClientProtocols = Protocols(ProtocolVersionVoting.RecommendedClient),
        RecommendedRelayProtocols = Protocols(ProtocolVersionVoting.RecommendedRelay),
        RequiredClientProtocols = Protocols(ProtocolVersionVoting.RequiredClient),
        RequiredRelayProtocols = Protocols(ProtocolVersionVoting.RequiredRelay),
        KnownFlags = assigner.KnownFlags,
        FlagThresholds = assigner.Thresholds.ToString(),
        Parameters = Parameters(),
        Voter = new ConsensusVoter
        {
            Nickname = profile.Nickname,
            Identity = certificate.Identity,
            HostName = profile.HostName,
            Address = profile.Address,
            DirectoryPort = profile.DirectoryPort,
            OnionRouterPort = profile.OnionRouterPort,
            Contact = profile.Contact,
        },
        Certificate = certificate,
        Relays = entries,
    };

    private static Vote WithSharedRandom(Vote vote, SharedRandomState? state) => state is null ? vote : vote with
    {
        ParticipatesInSharedRandom = true,
        SharedRandomCommits = [.. state.CommitsForVote.Select(commit => commit.ToVoteLine())],
        PreviousSharedRandom = state.Previous?.Value,
        PreviousSharedRandomReveals = (long)(state.Previous?.Reveals ?? 0),
        CurrentSharedRandom = state.Current?.Value,
        CurrentSharedRandomReveals = (long)(state.Current?.Reveals ?? 0),
    };

    private static ProtocolVersions Protocols(string text) =>
        ProtocolVersions.TryParse(text, out ProtocolVersions versions) ? versions : throw new InvalidOperationException("a constant is malformed");

    private static string? FormatVersions(IReadOnlyList<string>? versions) =>
        versions is null ? null : string.Join(',', versions.Distinct(StringComparer.Ordinal).Order(TorVersion.TextOrder));

    private Dictionary<string, int> Parameters()
    {
        if (profile.Parameters is null)
        {
            return [];
        }

        // Shown to all, so that people can see how many relays an address may have.
        return new Dictionary<string, int>(profile.Parameters) { ["AuthDirMaxServersPerAddr"] = profile.Flags.MaxServersPerAddress };
    }

    private static VoteRouterStatus CreateEntry(
        KnownRelay relay, FlagAssigner assigner, StabilityHistory history, DateTime now, List<byte[]> microdescriptors)
    {
        RelayDeclaration declaration = relay.Descriptor.Declaration;
        RelayFlags flags = assigner.Assign(relay);
        uint? measured = (uint?)relay.MeasuredBandwidth;
        return new VoteRouterStatus
        {
            Status = new RouterStatus
            {
                Nickname = declaration.Nickname,
                Identity = relay.Identity,
                DescriptorDigest = relay.Descriptor.Digest,
                Published = declaration.Published,
                Address = new IPEndPoint(declaration.Address, declaration.OnionRouterPort),
                DirectoryPort = declaration.DirectoryPort,
                AdditionalAddresses = assigner.ListsIPv6(relay) ? [declaration.IPv6Address!] : [],
                Flags = flags,
                Version = VersionOf(declaration.Platform),
                Protocols = declaration.Protocols,
                Bandwidth = relay.AdvertisedBandwidth / 1000,
                ExitPolicy = declaration.ExitPolicy.Summarize(isIPv6: false),
            },
            FlagMask = MaskOf(flags, assigner.KnownFlags),
            MeasuredBandwidth = relay.IsAuthority ? null : measured,
            MeasuredButAuthority = relay.IsAuthority ? measured : null,
            HasEd25519Listing = true,
            Ed25519Identity = relay.Descriptor.Ed25519Identity,
            Microdescriptors = CreateMicrodescriptors(relay.Descriptor, microdescriptors),
            Statistics = new VoteStatistics(
                history.FractionalUptime(relay.Identity, now), history.TimeKnown(relay.Identity, now), history.MeanTimeBetweenFailures(relay.Identity, now)),
        };
    }

    private static ulong MaskOf(RelayFlags flags, IReadOnlyList<string> knownFlags)
    {
        ulong mask = 0;
        for (int index = 0; index < knownFlags.Count; index++)
        {
            mask |= flags.HasFlag(Enum.Parse<RelayFlags>(knownFlags[index])) ? 1UL << index : 0;
        }

        return mask;
    }

    private static List<VoteMicrodescriptor> CreateMicrodescriptors(RouterDescriptor descriptor, List<byte[]> texts)
    {
        byte[]? older = MicrodescriptorWriter.Write(descriptor, OlderMethods[0]);
        byte[]? newer = MicrodescriptorWriter.Write(descriptor, FamilyIdMethods[0]);
        if (older is null || newer is null)
        {
            return [];
        }

        bool areSame = older.AsSpan().SequenceEqual(newer);
        texts.AddRange(areSame ? [older] : [older, newer]);
        var first = new VoteMicrodescriptor(areSame ? [.. OlderMethods, .. FamilyIdMethods] : OlderMethods, new Digest256(SHA256.HashData(older)));
        return areSame ? [first] : [first, new VoteMicrodescriptor(FamilyIdMethods, new Digest256(SHA256.HashData(newer)))];
    }
}
