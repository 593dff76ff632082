namespace Tunic.Tor.Protocol.Voting.Flags;

/// <summary>How an authority gives flags. Names and defaults as stock tor's options (dirauth_options.inc). Read once at start.</summary>
public sealed record FlagOptions
{
    /// <summary>TestingTorNetwork: the Testing options count, and AuthDirVoteGuard does not.</summary>
    public bool IsTestingNetwork { get; init; }

    /// <summary>AuthDirFastGuarantee: bytes per second that are always Fast; 0 for none. Default 100 KiB.</summary>
    public long FastGuarantee { get; init; } = 100 * 1024;

    /// <summary>AuthDirGuardBWGuarantee: bytes per second that are always enough for Guard; 0 for none. Default 2 MiB.</summary>
    public long GuardBandwidthGuarantee { get; init; } = 2 * 1024 * 1024;

    /// <summary>AuthDirHasIPv6Connectivity: IPv6 addresses are tested and listed. Default no.</summary>
    public bool HasIPv6Connectivity { get; init; }

    /// <summary>AuthDirListBadExits. Default no.</summary>
    public bool ListBadExits { get; init; }

    /// <summary>AuthDirListMiddleOnly. Default no.</summary>
    public bool ListMiddleOnly { get; init; }

    /// <summary>AuthDirMaxServersPerAddr: more relays than this at one address are Sybils; 0 for no limit. Default 2, in a test network 0.</summary>
    public int MaxServersPerAddress { get; init; } = 2;

    /// <summary>AuthDirTestReachability: without it every relay that is not hibernating is Running. Default yes.</summary>
    public bool TestReachability { get; init; } = true;

    /// <summary>AuthDirTestEd25519LinkKeys: a relay counts as reached only when it proves the Ed25519 identity of its descriptor. Default yes.</summary>
    public bool TestEd25519LinkKeys { get; init; } = true;

    /// <summary>MinMeasuredBWsForAuthToIgnoreAdvertised. Default 500.</summary>
    public int MinMeasuredToIgnoreAdvertised { get; init; } = 500;

    /// <summary>MinUptimeHidServDirectoryV2. Default 96 hours, in a test network 0.</summary>
    public TimeSpan MinUptimeForHSDir { get; init; } = TimeSpan.FromHours(96);

    /// <summary>AuthDirVoteGuard: relays that are Guard whatever they are.</summary>
    public RelayPattern VoteGuard { get; init; } = RelayPattern.None;

    /// <summary>AuthDirVoteStableGuaranteeMinUptime. Default 30 days.</summary>
    public TimeSpan StableGuaranteeUptime { get; init; } = TimeSpan.FromDays(30);

    /// <summary>AuthDirVoteStableGuaranteeMTBF. Default 5 days.</summary>
    public TimeSpan StableGuaranteeMtbf { get; init; } = TimeSpan.FromDays(5);

    /// <summary>AuthDirVoteGuardGuaranteeTimeKnown. Default 8 days.</summary>
    public TimeSpan GuardGuaranteeTimeKnown { get; init; } = TimeSpan.FromDays(8);

    /// <summary>AuthDirVoteGuardGuaranteeWFU, 0 to 1. Default 0.98.</summary>
    public double GuardGuaranteeFractionalUptime { get; init; } = 0.98;

    /// <summary>AuthDirVoteGuardBwThresholdFraction, 0 to 1. Default 0.75.</summary>
    public double GuardBandwidthFraction { get; init; } = 0.75;

    /// <summary>TestingAuthDirTimeToLearnReachability: no opinion on Running before. Default 30 minutes, in a test network 0.</summary>
    public TimeSpan TimeToLearnReachability { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>TestingDirAuthVoteExit.</summary>
    public RelayPattern TestingVoteExit { get; init; } = RelayPattern.None;

    /// <summary>TestingDirAuthVoteExitIsStrict: no other relay is Exit.</summary>
    public bool TestingVoteExitIsStrict { get; init; }

    /// <summary>TestingDirAuthVoteGuard.</summary>
    public RelayPattern TestingVoteGuard { get; init; } = RelayPattern.None;

    /// <summary>TestingDirAuthVoteGuardIsStrict: no other relay is Guard.</summary>
    public bool TestingVoteGuardIsStrict { get; init; }

    /// <summary>TestingDirAuthVoteHSDir.</summary>
    public RelayPattern TestingVoteHSDir { get; init; } = RelayPattern.None;

    /// <summary>TestingDirAuthVoteHSDirIsStrict: no other relay is HSDir.</summary>
    public bool TestingVoteHSDirIsStrict { get; init; }

    /// <summary>TestingMinExitFlagThreshold in bytes per second: relays below it do not count for thresholds.</summary>
    public long TestingMinExitThreshold { get; init; }

    /// <summary>TestingMinFastFlagThreshold in bytes per second.</summary>
    public long TestingMinFastThreshold { get; init; }

    /// <summary>DirAllowPrivateAddresses: private networks count as exit destinations too. Default no, in a test network yes.</summary>
    public bool AllowPrivateAddresses { get; init; }

    /// <summary>Stock tor's defaults under TestingTorNetwork.</summary>
    public static FlagOptions TestingNetwork { get; } = new()
    {
        IsTestingNetwork = true,
        MaxServersPerAddress = 0,
        MinUptimeForHSDir = TimeSpan.Zero,
        TimeToLearnReachability = TimeSpan.Zero,
        AllowPrivateAddresses = true,
    };
}
