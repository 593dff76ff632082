using System.Globalization;
using Tunic.Node.Configuration.Torrc;
using Tunic.Node.Hosting;
using Tunic.Primitives.Keys;
using Tunic.Tor.Network.NetworkDirectory;
using Tunic.Tor.Protocol.Voting.Flags;
using Tunic.Tor.Protocol.Voting.Rounds;
using Tunic.Tor.Protocol.Voting.Timing;
using Tunic.Tor.Protocol.Voting.Uploads;
using Tunic.Tor.Protocol.Voting.Votes;

namespace Tunic.Node.TorProgram;

/// <summary>What a torrc means for the authority.</summary>
internal static class TorAuthoritySettings
{
    /// <summary>Fingerprints, parted by commas, of relays that the first vote of a new network waits for; set by `tunic up`.</summary>
    internal const string ExpectedRelaysVariable = "TUNIC__AUTHORITY__EXPECTEDRELAYS";

    internal static AuthoritySettings Create(TorrcOptions options, NetworkProfile profile, RelaySettings relay)
    {
        TorrcAuthorityOptions authority = options.Authority;
        return new AuthoritySettings
        {
            BandwidthsPath = authority.BandwidthsFile,
            Network = new AuthorityNetwork
            {
                Authorities = profile.TrustedIdentities.ToHashSet(),
                AuthorityRelays = profile.Authorities.Select(each => each.RelayIdentity).ToHashSet(),
                Initial = new VotingIntervals(authority.InitialVotingInterval, authority.InitialVoteDelay, authority.InitialDistributionDelay),
                StartOffset = authority.VotingStartOffset,
                ExpectedRelays = ReadExpectedRelays(),
                ParticipatesInSharedRandom = authority.SharedRandomness,
            },
            Profile = new AuthorityProfile
            {
                Nickname = relay.Descriptor.Nickname,
                HostName = relay.Descriptor.Address.ToString(),
                Address = relay.Descriptor.Address,
                DirectoryPort = relay.Descriptor.DirectoryPort,
                OnionRouterPort = relay.Descriptor.OnionRouterPort,
                Contact = relay.Descriptor.Contact ?? "(none)",
                Intervals = new VotingIntervals(authority.VotingInterval, authority.VoteDelay, authority.DistributionDelay),
                IntervalsValid = authority.IntervalsValid,
                ClientVersions = authority.RecommendsVersions ? authority.RecommendedClientVersions : null,
                ServerVersions = authority.RecommendsVersions ? authority.RecommendedServerVersions : null,
                Parameters = ReadParameters(authority.ConsensusParameters),
                Flags = CreateFlags(options),
            },
            Acceptance = new AcceptanceOptions
            {
                PinKeys = authority.PinKeys,
                AllowPrivateAddresses = options.Network.DirAllowPrivateAddresses,
                MinVersion = authority.MinimalAcceptedServerVersion ?? new AcceptanceOptions().MinVersion,
            },
        };
    }

    private static FlagOptions CreateFlags(TorrcOptions options)
    {
        TorrcAuthorityOptions authority = options.Authority;
        bool isTest = options.Network.IsTestingNetwork;
        return new FlagOptions
        {
            IsTestingNetwork = isTest,
            FastGuarantee = authority.FastGuarantee,
            GuardBandwidthGuarantee = authority.GuardBandwidthGuarantee,
            MaxServersPerAddress = authority.MaxServersPerAddress,
            TestReachability = authority.TestReachability, // AssumeReachable is about the authority's own ports
            TestEd25519LinkKeys = authority.TestEd25519LinkKeys,
            MinMeasuredToIgnoreAdvertised = authority.MinMeasuredToIgnoreAdvertised,
            MinUptimeForHSDir = authority.MinUptimeHsDir,
            VoteGuard = isTest ? RelayPattern.None : PatternOf(authority.VoteGuard),
            StableGuaranteeUptime = authority.StableGuaranteeUptime,
            StableGuaranteeMtbf = authority.StableGuaranteeMtbf,
            GuardGuaranteeTimeKnown = authority.GuardGuaranteeTimeKnown,
            GuardGuaranteeFractionalUptime = authority.GuardGuaranteeWfu,
            GuardBandwidthFraction = authority.GuardBandwidthFraction,
            TimeToLearnReachability = authority.TimeToLearnReachability,
            TestingVoteExit = PatternOf(authority.VoteExit),
            TestingVoteExitIsStrict = authority.VoteExit.IsStrict,
            TestingVoteGuard = PatternOf(authority.VoteGuard),
            TestingVoteGuardIsStrict = authority.VoteGuard.IsStrict,
            TestingVoteHSDir = PatternOf(authority.VoteHsDir),
            TestingVoteHSDirIsStrict = authority.VoteHsDir.IsStrict,
            TestingMinExitThreshold = authority.MinExitFlagThreshold,
            TestingMinFastThreshold = authority.MinFastFlagThreshold,
            AllowPrivateAddresses = options.Network.DirAllowPrivateAddresses,
        };
    }

    private static RelayPattern PatternOf(TorrcFlagVote vote)
    {
        IEnumerable<string> entries = vote.Relays.SelectMany(set => set.IsEverything
            ? ["*"]
            : set.Identities.Select(identity => identity.ToString()).Concat(set.Nicknames).Concat(set.Networks.Select(network => network.ToString())));
        return RelayPattern.TryParse(string.Join(',', entries), out RelayPattern pattern)
            ? pattern
            : throw TorrcException.Invalid("A list of relays to be voted a flag names something else than fingerprints, nicknames and networks.");
    }

    private static Dictionary<string, int>? ReadParameters(IReadOnlyList<string> words)
    {
        if (words.Count == 0)
        {
            return null;
        }

        var parameters = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (string word in words)
        {
            string[] parts = word.Split('=');
            parameters[parts[0]] = parts.Length == 2 && int.TryParse(parts[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value)
                ? value
                : throw TorrcException.Invalid($"ConsensusParams: '{word}' is not NAME=NUMBER.");
        }

        return parameters;
    }

    private static HashSet<RsaIdentity>? ReadExpectedRelays() =>
        Environment.GetEnvironmentVariable(ExpectedRelaysVariable) is not { Length: > 0 } text
            ? null
            : [.. text.Split(',').Select(word => RsaIdentity.TryParseHex(word, out RsaIdentity identity)
                ? identity
                : throw TorrcException.Invalid($"{ExpectedRelaysVariable}: '{word}' is no fingerprint."))];
}
