using System.Globalization;

namespace Tunic.Node.Configuration.Torrc;

/// <summary>Rules between options, with stock's sentences (options_validate_cb and its parts).</summary>
internal static class TorrcValidation
{
    private const long MaxBandwidth = int.MaxValue;
    private const long MinRelayBandwidth = 75 * 1024;
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);
    private static readonly TimeSpan ShortestDelay = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ShortestPublicInterval = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan HalfHour = TimeSpan.FromMinutes(30);

    /// <exception cref="TorrcException">The first rule that does not hold.</exception>
    internal static void Check(TorrcOptions options, TorrcSettings settings)
    {
        CheckRelay(options, settings);
        CheckPaths(options, settings);
        CheckBandwidth(options, settings);
        CheckTestingNetwork(options, settings);
        CheckSingleHop(options, settings);
        if (settings.Flag("AuthoritativeDirectory"))
        {
            CheckAuthority(options, settings);
        }
    }

    private static void CheckRelay(TorrcOptions options, TorrcSettings settings)
    {
        TorrcRelayOptions relay = options.Relay;
        Require(
            TorrcChecks.IsNickname(relay.Nickname),
            $"Nickname '{relay.Nickname}', nicknames must be between 1 and 19 characters inclusive, and must contain only the characters [a-zA-Z0-9].",
            settings.Line("Nickname"));
        Require(!relay.AssumeReachable || relay.AssumeReachableIPv6 != false || !settings.IsSet("AssumeReachableIPv6"),
            "Cannot set AssumeReachable 1 and AssumeReachableIPv6 0.", settings.Line("AssumeReachableIPv6"));
        Require(relay.DirPorts.Count == 0 || relay.DirCache, "DirPort configured but DirCache disabled. DirPort requires DirCache.", settings.Line("DirCache"));
        if (!options.IsRelay)
        {
            return;
        }

        Require(options.Network.ConnectionPadding is null, "Relays must use 'auto' for the ConnectionPadding setting.", settings.Line("ConnectionPadding"));
        Require(!options.Network.ReducedConnectionPadding, "Relays cannot set ReducedConnectionPadding. ", settings.Line("ReducedConnectionPadding"));
        Require(options.Network.UseIPv4,
            "Servers must be able to freely connect to the rest of the Internet, so they must not set Reachable*Addresses or FascistFirewall or FirewallPorts or ClientUseIPv4 0.",
            settings.Line("ClientUseIPv4"));
        if (relay.ContactInfo is null)
        {
            settings.Warn("Your ContactInfo config option is not set. Please strongly consider setting it, so we can contact you if your relay is misconfigured.");
        }
    }

    private static void CheckPaths(TorrcOptions options, TorrcSettings settings)
    {
        TorrcPathOptions paths = options.Paths;
        Require(paths.EntryNodes is null || paths.UseEntryGuards, "If EntryNodes is set, UseEntryGuards must be enabled.", settings.Line("EntryNodes"));
        Require(paths.PrimaryGuards == 0 || paths.EntryGuards <= paths.PrimaryGuards,
            "NumEntryGuards must not be greater than NumPrimaryGuards.", settings.Line("NumEntryGuards"));
        Require(options.Client.CircuitsAvailableTimeout <= Day, "CircuitsAvailableTimeout is too large. Max is 24 hours.", settings.Line("CircuitsAvailableTimeout"));
        Require(options.Network.KeepalivePeriod >= TimeSpan.FromSeconds(1), "KeepalivePeriod option must be positive.", settings.Line("KeepalivePeriod"));
    }

    private static void CheckBandwidth(TorrcOptions options, TorrcSettings settings)
    {
        foreach (string name in new[] { "BandwidthRate", "BandwidthBurst", "MaxAdvertisedBandwidth", "RelayBandwidthRate", "RelayBandwidthBurst" })
        {
            long value = settings.Size(name);
            Require(value <= MaxBandwidth + 1, Invariant($"{name} ({value - 1}) must be at most {MaxBandwidth}"), settings.Line(name));
        }

        (TorrcNetworkOptions all, TorrcRelayOptions relay) = (options.Network, options.Relay);
        if (options.IsRelay)
        {
            Require(all.BandwidthRate >= MinRelayBandwidth,
                Invariant($"BandwidthRate is set to {all.BandwidthRate} bytes/second. For servers, it must be at least {MinRelayBandwidth}."),
                settings.Line("BandwidthRate"));
            Require(relay.MaxAdvertisedBandwidth >= MinRelayBandwidth / 2,
                Invariant($"MaxAdvertisedBandwidth is set to {relay.MaxAdvertisedBandwidth} bytes/second. For servers, it must be at least {MinRelayBandwidth / 2}."),
                settings.Line("MaxAdvertisedBandwidth"));
            Require(relay.BandwidthRate == 0 || relay.BandwidthRate >= MinRelayBandwidth,
                Invariant($"RelayBandwidthRate is set to {relay.BandwidthRate} bytes/second. For servers, it must be at least {MinRelayBandwidth}."),
                settings.Line("RelayBandwidthRate"));
        }

        Require(relay.BandwidthRate <= relay.BandwidthBurst, "RelayBandwidthBurst must be at least equal to RelayBandwidthRate.", settings.Line("RelayBandwidthBurst"));
        Require(all.BandwidthRate <= all.BandwidthBurst, "BandwidthBurst must be at least equal to BandwidthRate.", settings.Line("BandwidthBurst"));
    }

    private static void CheckTestingNetwork(TorrcOptions options, TorrcSettings settings)
    {
        bool own = options.Network.Authorities.Count > 0;
        if (options.Network.IsTestingNetwork)
        {
            Require(own,
                "TestingTorNetwork may only be configured in combination with a non-default set of DirAuthority or both of AlternateDirAuthority and AlternateBridgeAuthority configured.",
                settings.Line("TestingTorNetwork"));
            return;
        }

        foreach (string name in TorrcTestingDefaults.OnlyInTestingNetworks)
        {
            TorrcOption option = TorrcOptionTable.Find(name)!;
            Require(settings.Line(name) is not { } line || Means(option, line.Value) == Means(option, option.Default ?? "0"),
                $"{name} may only be changed in testing Tor networks!", settings.Line(name));
        }

        Require(options.Client.DnsRejectInternalAddresses || own,
            "ClientDNSRejectInternalAddresses used for default network.", settings.Line("ClientDNSRejectInternalAddresses"));
    }

    /// <summary>Whoever runs services that do not hide says so twice, and uses no client beside them.</summary>
    private static void CheckSingleHop(TorrcOptions options, TorrcSettings settings)
    {
        (bool singleHop, bool nonAnonymous) = (settings.Flag("HiddenServiceSingleHopMode"), settings.Flag("HiddenServiceNonAnonymousMode"));
        Require(!singleHop || nonAnonymous,
            "HiddenServiceSingleHopMode does not provide any server anonymity. It must be used with HiddenServiceNonAnonymousMode set to 1.",
            settings.Line("HiddenServiceSingleHopMode"));
        Require(!nonAnonymous || singleHop,
            "HiddenServiceNonAnonymousMode does not provide any server anonymity. It must be used with HiddenServiceSingleHopMode set to 1.",
            settings.Line("HiddenServiceNonAnonymousMode"));
        TorrcClientOptions client = options.Client;
        Require(!nonAnonymous || client.SocksPorts.Count + client.HttpTunnelPorts.Count + client.DnsPorts.Count == 0,
            "HiddenServiceNonAnonymousMode is incompatible with using Tor as an anonymous client. Please set Socks/Trans/NATD/DNSPort to 0, or revert HiddenServiceNonAnonymousMode to 0.",
            settings.Line("HiddenServiceNonAnonymousMode"));
    }

    private static void CheckAuthority(TorrcOptions options, TorrcSettings settings)
    {
        TorrcAuthorityOptions authority = options.Authority;
        Require(authority.IsAuthority, "AuthoritativeDir is set, but none of (Bridge/V3)AuthoritativeDir is set.", settings.Line("AuthoritativeDirectory"));
        Require(options.Relay.ContactInfo is not null || options.Network.IsTestingNetwork, "Authoritative directory servers must set ContactInfo");
        Require(options.Relay.DirPorts.Count > 0, "Running as authoritative directory, but no DirPort set.", settings.Line("AuthoritativeDirectory"));
        Require(options.Relay.OrPorts.Count > 0, "Running as authoritative directory, but no ORPort set.", settings.Line("AuthoritativeDirectory"));
        Require(!options.Client.ClientOnly, "Running as authoritative directory, but ClientOnly also set.", settings.Line("ClientOnly"));
        CheckSchedule(options, settings);
        CheckInitialSchedule(authority, settings);
    }

    private static void CheckSchedule(TorrcOptions options, TorrcSettings settings)
    {
        TorrcAuthorityOptions authority = options.Authority;
        Require(authority.VoteDelay + authority.DistributionDelay < authority.VotingInterval / 2,
            "V3AuthVoteDelay plus V3AuthDistDelay must be less than half V3AuthVotingInterval", settings.Line("V3AuthVotingInterval"));
        Require(authority.VoteDelay >= ShortestDelay, "V3AuthVoteDelay is way too low.", settings.Line("V3AuthVoteDelay"));
        Require(authority.DistributionDelay >= ShortestDelay, "V3AuthDistDelay is way too low.", settings.Line("V3AuthDistDelay"));
        Require(authority.IntervalsValid >= 2, "V3AuthNIntervalsValid must be at least 2.", settings.Line("V3AuthNIntervalsValid"));
        Require(authority.VotingInterval >= ShortestPublicInterval || options.Network.IsTestingNetwork,
            "V3AuthVotingInterval is insanely low.", settings.Line("V3AuthVotingInterval"));
        Require(authority.VotingInterval <= Day, "V3AuthVotingInterval is insanely high.", settings.Line("V3AuthVotingInterval"));
        if (Day.Ticks % authority.VotingInterval.Ticks != 0)
        {
            settings.Warn("V3AuthVotingInterval does not divide evenly into 24 hours.", settings.Line("V3AuthVotingInterval"));
        }
    }

    private static void CheckInitialSchedule(TorrcAuthorityOptions authority, TorrcSettings settings)
    {
        TorrcLine? interval = settings.Line("TestingV3AuthInitialVotingInterval");
        Require(authority.InitialVotingInterval >= TimeSpan.FromSeconds(5), "TestingV3AuthInitialVotingInterval is insanely low.", interval);
        Require(HalfHour.Ticks % authority.InitialVotingInterval.Ticks == 0, "TestingV3AuthInitialVotingInterval does not divide evenly into 30 minutes.", interval);
        Require(authority.InitialVoteDelay >= ShortestDelay, "TestingV3AuthInitialVoteDelay is way too low.", settings.Line("TestingV3AuthInitialVoteDelay"));
        Require(authority.InitialDistributionDelay >= ShortestDelay, "TestingV3AuthInitialDistDelay is way too low.", settings.Line("TestingV3AuthInitialDistDelay"));
        Require(authority.InitialVoteDelay + authority.InitialDistributionDelay < authority.InitialVotingInterval,
            "TestingV3AuthInitialVoteDelay plus TestingV3AuthInitialDistDelay must be less than TestingV3AuthInitialVotingInterval", interval);
        Require(authority.VotingStartOffset <= authority.InitialVotingInterval && authority.VotingStartOffset <= authority.VotingInterval,
            "TestingV3AuthVotingStartOffset is higher than the voting interval.", settings.Line("TestingV3AuthVotingStartOffset"));
    }

    private static TimeSpan Means(TorrcOption option, string value) =>
        TorrcUnits.TryReadInterval(option.Type == TorrcOptionType.CsvInterval ? value.Split(',')[0] : value, out TimeSpan meaning, out _) ? meaning : TimeSpan.Zero;

    private static void Require(bool holds, string otherwise, TorrcLine? line = null)
    {
        if (!holds)
        {
            throw TorrcException.Invalid(otherwise, line);
        }
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
