using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Documents.Policies;
using Tunic.Tor.Protocol.Paths;
using Tunic.Tor.Relay.Exits.Dns;

namespace Tunic.Node.Configuration.Torrc;

/// <summary>Turns settings into typed options, group by group; <see cref="TorrcValidation"/> then looks at the whole.</summary>
internal static class TorrcOptionsReader
{
    private const int DefaultSocksPort = 9050;
    private const string AnyFamily = "*";
    private static readonly TimeSpan ShortestDirtiness = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestDirtiness = TimeSpan.FromDays(30);
    private static readonly TimeSpan ShortestStreamTimeout = TimeSpan.FromSeconds(10);

    /// <exception cref="TorrcException">A value makes no sense, alone or beside another.</exception>
    internal static TorrcOptions Read(TorrcSettings settings)
    {
        var options = new TorrcOptions
        {
            General = ReadGeneral(settings),
            Network = ReadNetwork(settings),
            Client = ReadClient(settings),
            Control = ControlPortReader.Read(settings),
            Paths = ReadPaths(settings),
            Relay = ReadRelay(settings),
            Exit = ReadExit(settings),
            Authority = ReadAuthority(settings),
            Defenses = ReadDefenses(settings),
            Onion = ReadOnion(settings),
        };
        TorrcValidation.Check(options, settings);
        return options;
    }

    private static TorrcGeneralOptions ReadGeneral(TorrcSettings settings)
    {
        string data = Directory(settings.Text("DataDirectory") ?? "~/.tor");
        return new TorrcGeneralOptions
        {
            DataDirectory = data,
            KeyDirectory = settings.Text("KeyDirectory") is { } keys ? Directory(keys) : Path.Combine(data, "keys"),
            CacheDirectory = settings.Text("CacheDirectory") is { } cache ? Directory(cache) : data,
            PidFile = settings.Text("PidFile"),
            Logs = [.. settings.Lines("Log").Select(line => LogTarget.Read(line, settings))],
            LogTimeGranularity = settings.Interval("LogTimeGranularity"),
            TruncateLogFile = settings.Flag("TruncateLogFile"),
            SafeLogging = ReadSafeLogging(settings),
            DisableNetwork = settings.Flag("DisableNetwork"),
            ConnectionLimit = settings.Integer("ConnLimit"),
            OwningControllerProcess = ReadOwner(settings),
            ReloadTorrcOnHangup = settings.Flag("__ReloadTorrcOnSIGHUP"),
            ShutdownWaitLength = settings.Interval("ShutdownWaitLength"),
            MaxMemoryInQueues = settings.Size("MaxMemInQueues"),
            MetricsPort = MetricsPortReader.Read(settings),
            MetricsPolicy = new ExitPolicy([.. TorrcRules.ReadAddressPolicy(settings, "MetricsPortPolicy").Rules, .. ExitPolicy.RejectAll.Rules]),
        };
    }

    private static TorrcNetworkOptions ReadNetwork(TorrcSettings settings) => new()
    {
        IsTestingNetwork = settings.IsTestingNetwork,
        Authorities = [.. AuthorityLines(settings).Select(line => DirAuthorityLine.Read(line, settings))],
        Fallbacks = [.. settings.Lines("FallbackDir").Select(FallbackDirLine.Read)],
        UseDefaultFallbacks = settings.Flag("UseDefaultFallbackDirs"),
        DirAuthorityFallbackRate = settings.Real("DirAuthorityFallbackRate"),
        DirAllowPrivateAddresses = settings.Flag("DirAllowPrivateAddresses"),
        ExtendAllowPrivateAddresses = settings.Flag("ExtendAllowPrivateAddresses"),
        UseIPv4 = settings.Flag("ClientUseIPv4"),
        UseIPv6 = settings.Flag("ClientUseIPv6"),
        PreferIPv6OrPort = settings.Tristate("ClientPreferIPv6ORPort"),
        ConnectionPadding = settings.Tristate("ConnectionPadding"),
        ReducedConnectionPadding = settings.Flag("ReducedConnectionPadding"),
        KeepalivePeriod = settings.Interval("KeepalivePeriod"),
        BandwidthRate = settings.Size("BandwidthRate"),
        BandwidthBurst = settings.Size("BandwidthBurst"),
        CountPrivateBandwidth = settings.Flag("CountPrivateBandwidth"),
    };

    private static TorrcClientOptions ReadClient(TorrcSettings settings) => new()
    {
        ClientOnly = settings.Flag("ClientOnly"),
        SocksPorts = new ClientPortReader(settings, "SocksPort", "Socks").Read(DefaultSocksPort),
        HttpTunnelPorts = new ClientPortReader(settings, "HTTPTunnelPort", "HTTP Tunnel").Read(defaultPort: 0),
        DnsPorts = new ClientPortReader(settings, "DNSPort", "DNS").Read(defaultPort: 0),
        SocksPolicy = TorrcRules.ReadAddressPolicy(settings, "SocksPolicy"),
        SocksTimeout = settings.Interval("SocksTimeout"),
        SafeSocks = settings.Flag("SafeSocks"),
        TestSocks = settings.Flag("TestSocks"),
        WarnPlaintextPorts = TorrcRules.ReadPorts(settings, "WarnPlaintextPorts"),
        RejectPlaintextPorts = TorrcRules.ReadPorts(settings, "RejectPlaintextPorts"),
        LongLivedPorts = TorrcRules.ReadPorts(settings, "LongLivedPorts"),
        RejectInternalAddresses = settings.Flag("ClientRejectInternalAddresses"),
        DnsRejectInternalAddresses = settings.Flag("ClientDNSRejectInternalAddresses"),
        OnionAuthorizationDirectory = settings.Text("ClientOnionAuthDir") is { } keys ? Directory(keys) : null,
        MaxCircuitDirtiness = ReadDirtiness(settings),
        MaxCircuitsPending = settings.Integer("MaxClientCircuitsPending"),
        LearnCircuitBuildTimeout = settings.Flag("LearnCircuitBuildTimeout"),
        CircuitBuildTimeout = settings.Interval("CircuitBuildTimeout"),
        CircuitStreamTimeout = ReadStreamTimeout(settings),
        CircuitsAvailableTimeout = settings.Interval("CircuitsAvailableTimeout"),
    };

    private static TorrcPathOptions ReadPaths(TorrcSettings settings)
    {
        double needed = settings.Real("PathsNeededToBuildCircuits");
        return new TorrcPathOptions
        {
            EntryNodes = ReadRelays(settings, "EntryNodes"),
            MiddleNodes = ReadRelays(settings, "MiddleNodes"),
            ExitNodes = ReadRelays(settings, "ExitNodes"),
            ExcludeNodes = ReadRelays(settings, "ExcludeNodes"),
            ExcludeExitNodes = ReadRelays(settings, "ExcludeExitNodes"),
            StrictNodes = settings.Flag("StrictNodes"),
            NodeFamilies = [.. settings.Lines("NodeFamily").Select(line => ReadRelays(line, "NodeFamily"))],
            EnforceDistinctSubnets = settings.Flag("EnforceDistinctSubnets"),
            VanguardsLite = settings.Tristate("VanguardsLiteEnabled"),
            SecondHops = ReadRelays(settings, "HSLayer2Nodes"),
            ThirdHops = ReadRelays(settings, "HSLayer3Nodes"),
            UseEntryGuards = settings.Flag("UseEntryGuards"),
            EntryGuards = settings.Integer("NumEntryGuards"),
            PrimaryGuards = settings.Integer("NumPrimaryGuards"),
            DirectoryGuards = settings.Integer("NumDirectoryGuards"),
            GuardLifetime = settings.Interval("GuardLifetime"),
            PathsNeededToBuildCircuits = needed < 0 ? null : Math.Clamp(needed, 0.25, 0.95),
        };
    }

    private static TorrcRelayOptions ReadRelay(TorrcSettings settings)
    {
        long rate = settings.Size("RelayBandwidthRate");
        long burst = settings.Size("RelayBandwidthBurst");
        return new TorrcRelayOptions
        {
            Nickname = settings.Text("Nickname") ?? "Unnamed",
            ContactInfo = settings.Text("ContactInfo"),
            Addresses = settings.Values("Address"),
            AddressDisableIPv6 = settings.Flag("AddressDisableIPv6"),
            OrPorts = new ServerPortReader(settings, "ORPort").Read(),
            DirPorts = new ServerPortReader(settings, "DirPort").Read(),
            DirCache = settings.Flag("DirCache"),
            MaxHsDirCacheBytes = settings.Size("MaxHSDirCacheBytes"),
            DirPolicy = TorrcRules.ReadAddressPolicy(settings, "DirPolicy"),
            AssumeReachable = settings.Flag("AssumeReachable"),
            AssumeReachableIPv6 = settings.Tristate("AssumeReachableIPv6"),
            PublishDescriptor = settings.Csv("PublishServerDescriptor") is [not "0", ..],
            MyFamily = [.. settings.Values("MyFamily").SelectMany(SplitList)],
            FamilyIds = [.. settings.Lines("FamilyId").Where(line => line.Value != AnyFamily).Select(ReadFamilyId)],
            AcceptsAnyFamily = settings.Values("FamilyId").Contains(AnyFamily),
            FamilyKeyDirectory = settings.Text("FamilyKeyDirectory") is { } family ? Directory(family) : null,
            SigningKeyLifetime = settings.Interval("SigningKeyLifetime"),
            BandwidthRate = rate == 0 ? burst : rate,
            BandwidthBurst = burst == 0 ? rate : burst,
            MaxAdvertisedBandwidth = settings.Size("MaxAdvertisedBandwidth"),
            MinTimeToReportBandwidth = settings.Interval("TestingMinTimeToReportBandwidth"),
        };
    }

    private static TorrcExitOptions ReadExit(TorrcSettings settings) => new()
    {
        ExitRelay = settings.Tristate("ExitRelay"),
        Policy = TorrcRules.ReadPolicy(settings, "ExitPolicy"),
        RejectPrivate = settings.Flag("ExitPolicyRejectPrivate"),
        RejectLocalInterfaces = settings.Flag("ExitPolicyRejectLocalInterfaces"),
        ReducedPolicy = settings.Flag("ReducedExitPolicy"),
        IPv6 = settings.Flag("IPv6Exit"),
        Dns = new DnsOptions
        {
            ResolvConfFile = settings.Text("ServerDNSResolvConfFile") ?? new DnsOptions().ResolvConfFile,
            UsesSearchDomains = settings.Flag("ServerDNSSearchDomains"),
            RandomizesCase = settings.Flag("ServerDNSRandomizeCase"),
        },
        RefuseUnknown = settings.Tristate("RefuseUnknownExits"),
    };

    private static TorrcAuthorityOptions ReadAuthority(TorrcSettings settings) => new()
    {
        IsAuthority = settings.Flag("AuthoritativeDirectory") && settings.Flag("V3AuthoritativeDirectory"),
        VotingInterval = settings.Interval("V3AuthVotingInterval"),
        VoteDelay = settings.Interval("V3AuthVoteDelay"),
        DistributionDelay = settings.Interval("V3AuthDistDelay"),
        IntervalsValid = settings.Integer("V3AuthNIntervalsValid"),
        InitialVotingInterval = settings.Interval("TestingV3AuthInitialVotingInterval"),
        InitialVoteDelay = settings.Interval("TestingV3AuthInitialVoteDelay"),
        InitialDistributionDelay = settings.Interval("TestingV3AuthInitialDistDelay"),
        VotingStartOffset = settings.Interval("TestingV3AuthVotingStartOffset"),
        BandwidthsFile = settings.Text("V3BandwidthsFile"),
        ConsensusParameters = [.. settings.Values("ConsensusParams").SelectMany(SplitWords)],
        RecommendsVersions = settings.Flag("VersioningAuthoritativeDirectory"),
        RecommendedClientVersions = [.. settings.Values("RecommendedVersions").Concat(settings.Values("RecommendedClientVersions")).SelectMany(SplitList)],
        RecommendedServerVersions = [.. settings.Values("RecommendedVersions").Concat(settings.Values("RecommendedServerVersions")).SelectMany(SplitList)],
        MinimalAcceptedServerVersion = settings.Text("MinimalAcceptedServerVersion"),
        PinKeys = settings.Flag("AuthDirPinKeys"),
        SharedRandomness = settings.Flag("AuthDirSharedRandomness"),
        TestReachability = settings.Flag("AuthDirTestReachability"),
        TestEd25519LinkKeys = settings.Flag("AuthDirTestEd25519LinkKeys"),
        TimeToLearnReachability = settings.Interval("TestingAuthDirTimeToLearnReachability"),
        MaxServersPerAddress = settings.Integer("AuthDirMaxServersPerAddr"),
        MinMeasuredToIgnoreAdvertised = settings.Integer("MinMeasuredBWsForAuthToIgnoreAdvertised"),
        MinUptimeHsDir = settings.Interval("MinUptimeHidServDirectoryV2"),
        FastGuarantee = settings.Size("AuthDirFastGuarantee"),
        GuardBandwidthGuarantee = settings.Size("AuthDirGuardBWGuarantee"),
        StableGuaranteeUptime = settings.Interval("AuthDirVoteStableGuaranteeMinUptime"),
        StableGuaranteeMtbf = settings.Interval("AuthDirVoteStableGuaranteeMTBF"),
        GuardGuaranteeTimeKnown = settings.Interval("AuthDirVoteGuardGuaranteeTimeKnown"),
        GuardGuaranteeWfu = settings.Real("AuthDirVoteGuardGuaranteeWFU"),
        GuardBandwidthFraction = settings.Real("AuthDirVoteGuardBwThresholdFraction"),
        MinExitFlagThreshold = settings.Size("TestingMinExitFlagThreshold"),
        MinFastFlagThreshold = settings.Size("TestingMinFastFlagThreshold"),
        VoteExit = ReadFlagVote(settings, "TestingDirAuthVoteExitIsStrict", "TestingDirAuthVoteExit"),
        VoteGuard = ReadFlagVote(settings, "TestingDirAuthVoteGuardIsStrict", "AuthDirVoteGuard", "TestingDirAuthVoteGuard"),
        VoteHsDir = ReadFlagVote(settings, "TestingDirAuthVoteHSDirIsStrict", "TestingDirAuthVoteHSDir"),
    };

    private static TorrcDefenseOptions ReadDefenses(TorrcSettings settings) => new()
    {
        ConnectionEnabled = settings.Tristate("DoSConnectionEnabled"),
        ConnectionMaxConcurrent = settings.Integer("DoSConnectionMaxConcurrentCount"),
        ConnectionRate = settings.Integer("DoSConnectionConnectRate"),
        ConnectionBurst = settings.Integer("DoSConnectionConnectBurst"),
        ConnectionDefensePeriod = settings.Interval("DoSConnectionConnectDefenseTimePeriod"),
        ConnectionDefenseType = settings.Integer("DoSConnectionDefenseType"),
        CircuitEnabled = settings.Tristate("DoSCircuitCreationEnabled"),
        CircuitMinConnections = settings.Integer("DoSCircuitCreationMinConnections"),
        CircuitRate = settings.Integer("DoSCircuitCreationRate"),
        CircuitBurst = settings.Integer("DoSCircuitCreationBurst"),
        CircuitDefensePeriod = settings.Interval("DoSCircuitCreationDefenseTimePeriod"),
        CircuitDefenseType = settings.Integer("DoSCircuitCreationDefenseType"),
        StreamEnabled = settings.Tristate("DoSStreamCreationEnabled"),
        StreamRate = settings.Integer("DoSStreamCreationRate"),
        StreamBurst = settings.Integer("DoSStreamCreationBurst"),
        StreamDefenseType = settings.Integer("DoSStreamCreationDefenseType"),
    };

    private static TorrcOnionOptions ReadOnion(TorrcSettings settings) => new()
    {
        Services = OnionServiceReader.ReadAll(settings),
        IsNonAnonymous = settings.Flag("HiddenServiceSingleHopMode") && settings.Flag("HiddenServiceNonAnonymousMode"),
        Publishes = settings.Flag("PublishHidServDescriptors"),
    };

    private static RelaySet? ReadRelays(TorrcSettings settings, string option) =>
        settings.Line(option) is { Value.Length: > 0 } line ? ReadRelays(line, option) : null;

    private static RelaySet ReadRelays(TorrcLine line, string option)
    {
        if (!RelaySet.TryParse(line.Value, out RelaySet? relays, out string? badItem))
        {
            throw TorrcException.Invalid($"Invalid router list: entry '{badItem}' in {option} is malformed.", line);
        }

        // Without geographic data a country matches nothing, and what was meant to be kept out would come in.
        return relays.Countries.Count == 0 ? relays : throw TorrcException.Invalid($"{option} names countries; that is not supported yet and cannot be left out.", line);
    }

    private static TorrcFlagVote ReadFlagVote(TorrcSettings settings, string strict, params string[] options) =>
        new([.. options.Select(option => ReadRelays(settings, option)).OfType<RelaySet>()], settings.Flag(strict));

    /// <summary>AlternateDirAuthority takes the place of the built-in ones only; where both are written, both count.</summary>
    private static IEnumerable<TorrcLine> AuthorityLines(TorrcSettings settings) =>
        settings.Lines("DirAuthority").Concat(settings.Lines("AlternateDirAuthority"));

    private static TimeSpan ReadDirtiness(TorrcSettings settings)
    {
        TimeSpan dirtiness = settings.Interval("MaxCircuitDirtiness");
        if (dirtiness < ShortestDirtiness)
        {
            settings.Warn("MaxCircuitDirtiness option is too short; raising to 10 seconds.", settings.Line("MaxCircuitDirtiness"));
            return ShortestDirtiness;
        }

        if (dirtiness > LongestDirtiness)
        {
            settings.Warn("MaxCircuitDirtiness option is too high; setting to 30 days.", settings.Line("MaxCircuitDirtiness"));
            return LongestDirtiness;
        }

        return dirtiness;
    }

    private static TimeSpan ReadStreamTimeout(TorrcSettings settings)
    {
        TimeSpan timeout = settings.Interval("CircuitStreamTimeout");
        if (timeout == TimeSpan.Zero || timeout >= ShortestStreamTimeout)
        {
            return timeout;
        }

        settings.Warn("CircuitStreamTimeout option is too short; raising to 10 seconds.", settings.Line("CircuitStreamTimeout"));
        return ShortestStreamTimeout;
    }

    private static Ed25519Identity ReadFamilyId(TorrcLine line)
    {
        var key = new byte[Ed25519Identity.Length];
        return Convert.TryFromBase64String(line.Value.TrimEnd('=') + "=", key, out int length) && length == key.Length
            ? new Ed25519Identity(key)
            : throw TorrcException.Invalid($"Invalid FamilyId {line.Value}", line);
    }

    private static SafeLogging ReadSafeLogging(TorrcSettings settings)
    {
        string text = settings.Text("SafeLogging") ?? "1";
        return text.ToUpperInvariant() switch
        {
            "0" => SafeLogging.None,
            "RELAY" => SafeLogging.Relay,
            "1" => SafeLogging.All,
            _ => throw TorrcException.Invalid($"Unrecognized value '\"{text}\"' in SafeLogging", settings.Line("SafeLogging")),
        };
    }

    private static int? ReadOwner(TorrcSettings settings) => settings.Text("__OwningControllerProcess") is not { } text ? null
        : int.TryParse(text, out int process) && process > 0 ? process
        : throw TorrcException.Invalid($"Bad OwningControllerProcess: invalid PID '{text}'", settings.Line("__OwningControllerProcess"));

    /// <summary>The path made absolute; ~ stands for the home directory.</summary>
    internal static string Directory(string path) => Path.GetFullPath(path.StartsWith("~/", StringComparison.Ordinal)
        ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), path[2..])
        : path);

    private static string[] SplitList(string value) => value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static string[] SplitWords(string value) => value.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
}
