using System.Net;
using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Documents;
using Tunic.Tor.Protocol.Documents.Descriptors;
using Tunic.Tor.Protocol.Voting.Tally;

namespace Tunic.Tor.Protocol.Voting.Flags;

/// <summary>Gives the flags of one vote: thresholds from all relays first, then each relay's flags (voteflags.c).</summary>
/// <remarks>Made for one moment; all relays must be given at once. One owner.</remarks>
public sealed class FlagAssigner
{
    /// <summary>A descriptor older than this is StaleDesc.</summary>
    public static readonly TimeSpan StaleAge = TimeSpan.FromHours(18);

    /// <summary>A descriptor older than this is not voted for.</summary>
    public static readonly TimeSpan MaxAge = TimeSpan.FromHours(24);

    /// <summary>A relay that was reached this long ago is Running no more.</summary>
    public static readonly TimeSpan ReachableFor = TimeSpan.FromMinutes(45);

    /// <summary>How often each relay is tested.</summary>
    public static readonly TimeSpan ReachabilityCycle = TimeSpan.FromSeconds(1280);

    private const int MinBandwidthToConsider = 4;
    private const int RequiredBandwidth = 75 * 1024;

    private readonly IReadOnlyList<KnownRelay> _relays;
    private readonly StabilityHistory _history;
    private readonly FlagOptions _options;
    private readonly DateTime _now;
    private readonly TimeSpan _ownUptime;
    private readonly Dictionary<RsaIdentity, bool> _running = [];
    private readonly HashSet<RsaIdentity> _exits = [];

    /// <summary>Computes the thresholds.</summary>
    /// <param name="relays">Every relay that the authority knows, of each Ed25519 identity one.</param>
    /// <param name="history">Updated: relays that are down or Sybils are noted there.</param>
    /// <param name="options">The authority's options.</param>
    /// <param name="now">Wall clock, UTC.</param>
    /// <param name="ownUptime">How long the authority has been running.</param>
    /// <param name="parameters">Parameters of the consensus at hand (FastFlagMinThreshold, FastFlagMaxThreshold).</param>
    public FlagAssigner(
        IReadOnlyList<KnownRelay> relays, StabilityHistory history, FlagOptions options, DateTime now, TimeSpan ownUptime,
        IReadOnlyDictionary<string, int> parameters)
    {
        _relays = relays;
        _history = history;
        _options = options;
        _now = now;
        _ownUptime = ownUptime;
        DecidesRunning = ownUptime > options.TimeToLearnReachability;
        foreach (KnownRelay relay in relays)
        {
            NoteRunning(relay);
            if (GeneralExit.Is(relay.Descriptor.Declaration.ExitPolicy, options.AllowPrivateAddresses))
            {
                _exits.Add(relay.Identity);
            }
        }

        Sybils = FindSybils();
        foreach (RsaIdentity sybil in Sybils)
        {
            history.Condemn(sybil, now);
        }

        IgnoresAdvertised = relays.Count(relay => relay.MeasuredBandwidth is not null) > options.MinMeasuredToIgnoreAdvertised;
        Thresholds = ComputeThresholds(parameters);
    }

    /// <summary>The thresholds.</summary>
    public FlagThresholds Thresholds { get; }

    /// <summary>Relays too many at one address.</summary>
    public IReadOnlySet<RsaIdentity> Sybils { get; }

    /// <summary>Whether the authority has run long enough to say who is Running.</summary>
    public bool DecidesRunning { get; }

    private bool IgnoresAdvertised { get; }

    /// <summary>The flags that the vote knows, ascending.</summary>
    public IReadOnlyList<string> KnownFlags
    {
        get
        {
            List<string> flags = ["Authority", "Exit", "Fast", "Guard", "HSDir", "Stable", "StaleDesc", "Sybil", "V2Dir", "Valid"];
            flags.AddRange(DecidesRunning ? ["Running"] : []);
            flags.AddRange(_options.ListBadExits ? ["BadExit"] : []);
            flags.AddRange(_options.ListMiddleOnly ? ["MiddleOnly"] : []);
            flags.Sort(StringComparer.Ordinal);
            return flags;
        }
    }

    /// <summary>Whether the relay's IPv6 address is listed.</summary>
    public bool ListsIPv6(KnownRelay relay) =>
        _options.HasIPv6Connectivity && relay.Descriptor.Declaration.IPv6Address is not null
        && (relay.IsSelf || relay.LastReachableIPv6 >= _now - ReachableFor);

    /// <summary>The flags of one relay.</summary>
    public RelayFlags Assign(KnownRelay relay)
    {
        RelayDeclaration declaration = relay.Descriptor.Declaration;
        bool isStable = IsStable(relay);
        bool isFast = Bandwidth(relay) >= Thresholds.FastBandwidth;
        RelayFlags flags = Flag(RelayFlags.Authority, relay.IsAuthority)
            | Flag(RelayFlags.Exit, _exits.Contains(relay.Identity))
            | Flag(RelayFlags.Stable, isStable)
            | Flag(RelayFlags.Fast, isFast)
            | Flag(RelayFlags.Running, _running[relay.Identity])
            | Flag(RelayFlags.Valid, !relay.Standing.HasFlag(RelayStanding.Invalid))
            | Flag(RelayFlags.V2Dir, declaration.IsTunnelledDirectoryServer)
            | Flag(RelayFlags.HSDir, IsHiddenServiceDirectory(relay, isStable && isFast))
            | Flag(RelayFlags.Guard, isFast && isStable && IsGuard(relay))
            | Flag(RelayFlags.BadExit, _options.ListBadExits && relay.Standing.HasFlag(RelayStanding.BadExit))
            | Flag(RelayFlags.StaleDesc, declaration.Published + StaleAge < _now);
        flags = Strip(relay, flags);
        flags = _options.IsTestingNetwork ? ApplyTesting(relay, flags) : flags | Flag(RelayFlags.Guard, Matches(_options.VoteGuard, relay));
        if (Sybils.Contains(relay.Identity))
        {
            flags = (flags & (RelayFlags.BadExit | RelayFlags.MiddleOnly | RelayFlags.StaleDesc)) | RelayFlags.Sybil;
        }

        return DecidesRunning ? flags : flags & ~RelayFlags.Running;
    }

    private RelayFlags Strip(KnownRelay relay, RelayFlags flags)
    {
        if (_options.ListMiddleOnly && relay.Standing.HasFlag(RelayStanding.MiddleOnly))
        {
            flags &= ~(RelayFlags.Exit | RelayFlags.Guard | RelayFlags.HSDir | RelayFlags.V2Dir);
            flags |= RelayFlags.MiddleOnly | Flag(RelayFlags.BadExit, _options.ListBadExits);
        }

        return flags
            & ~Flag(RelayFlags.Guard, relay.Standing.HasFlag(RelayStanding.StripGuard))
            & ~Flag(RelayFlags.HSDir, relay.Standing.HasFlag(RelayStanding.StripHSDir))
            & ~Flag(RelayFlags.V2Dir, relay.Standing.HasFlag(RelayStanding.StripV2Dir));
    }

    private RelayFlags ApplyTesting(KnownRelay relay, RelayFlags flags)
    {
        flags = Override(flags, RelayFlags.Exit, Matches(_options.TestingVoteExit, relay), _options.TestingVoteExitIsStrict);
        flags = Override(flags, RelayFlags.Guard, Matches(_options.TestingVoteGuard, relay), _options.TestingVoteGuardIsStrict);
        return Override(flags, RelayFlags.HSDir, Matches(_options.TestingVoteHSDir, relay), _options.TestingVoteHSDirIsStrict);
    }

    private static RelayFlags Override(RelayFlags flags, RelayFlags flag, bool matches, bool isStrict) =>
        matches ? flags | flag : isStrict ? flags & ~flag : flags;

    private static bool Matches(RelayPattern pattern, KnownRelay relay) =>
        pattern.Contains(relay.Identity, relay.Descriptor.Declaration.Nickname, relay.Descriptor.Declaration.Address);

    private static RelayFlags Flag(RelayFlags flag, bool isSet) => isSet ? flag : RelayFlags.None;

    private void NoteRunning(KnownRelay relay)
    {
        RelayDeclaration declaration = relay.Descriptor.Declaration;
        bool isRunning = relay.IsSelf
            || (declaration.IsHibernating && declaration.Published.AddHours(1) > (relay.LastReachable ?? DateTime.MinValue) ? false
                : !_options.TestReachability || WasReached(relay));
        if (!isRunning && _ownUptime > _options.TimeToLearnReachability)
        {
            // It has been down since the test that should have reached it after the last success.
            DateTime? since = relay.LastReachable + ReachabilityCycle;
            _history.OnUnreachable(relay.Identity, since < _now ? since.Value : _now);
        }

        _running[relay.Identity] = isRunning;
    }

    private bool WasReached(KnownRelay relay) =>
        _now < relay.LastReachable + ReachableFor
        && (!_options.HasIPv6Connectivity || relay.Descriptor.Declaration.IPv6Address is null || _now < relay.LastReachableIPv6 + ReachableFor);

    private bool IsStable(KnownRelay relay)
    {
        if (!Thresholds.HasEnoughMtbf)
        {
            long uptime = relay.DeclaredUptime(_now);
            return uptime >= Thresholds.StableUptime || uptime >= _options.StableGuaranteeUptime.TotalSeconds;
        }

        double mtbf = _history.MeanTimeBetweenFailures(relay.Identity, _now);
        return mtbf >= Thresholds.StableMtbf || mtbf >= _options.StableGuaranteeMtbf.TotalSeconds;
    }

    private bool IsHiddenServiceDirectory(KnownRelay relay, bool isStableAndFast)
    {
        RelayDeclaration declaration = relay.Descriptor.Declaration;
        long uptime = relay.DeclaredUptime(_now);
        if (_ownUptime > _options.MinUptimeForHSDir * 1.1)
        {
            uptime = Math.Min(uptime, _history.Uptime(relay.Identity, _now));
        }

        return declaration.IsHiddenServiceDirectory && declaration.IsTunnelledDirectoryServer && isStableAndFast
            && uptime >= _options.MinUptimeForHSDir.TotalSeconds && IsActive(relay);
    }

    private bool IsGuard(KnownRelay relay)
    {
        long bandwidth = Bandwidth(relay);
        bool hasBandwidth = (_options.GuardBandwidthGuarantee > 0 && bandwidth >= _options.GuardBandwidthGuarantee / 1000)
            || bandwidth >= Math.Min(Thresholds.GuardBandwidthIncludingExits, Thresholds.GuardBandwidthExcludingExits);
        return hasBandwidth && relay.Descriptor.Declaration.IsTunnelledDirectoryServer
            && _history.FractionalUptime(relay.Identity, _now) >= Thresholds.GuardFractionalUptime
            && _history.TimeKnown(relay.Identity, _now) >= Thresholds.GuardTimeKnown;
    }

    private bool IsActive(KnownRelay relay) =>
        relay.Descriptor.Declaration.Published >= _now - MaxAge && _running[relay.Identity]
        && !relay.Standing.HasFlag(RelayStanding.Invalid) && !relay.Descriptor.Declaration.IsHibernating;

    /// <summary>The bandwidth that is believed, in kilobytes per second.</summary>
    private long Bandwidth(KnownRelay relay) => relay.MeasuredBandwidth ?? (IgnoresAdvertised ? 0 : relay.AdvertisedBandwidth / 1000);

    private FlagThresholds ComputeThresholds(IReadOnlyDictionary<string, int> parameters)
    {
        long minBandwidth = _options.IsTestingNetwork ? _options.TestingMinExitThreshold / 1000 : MinBandwidthToConsider;
        KnownRelay[] active = [.. _relays.Where(relay => IsActive(relay) && !Sybils.Contains(relay.Identity)
            && Bandwidth(relay) >= minBandwidth && (relay.MeasuredBandwidth is not null || !IgnoresAdvertised))];
        long[] bandwidths = [.. active.Select(Bandwidth).Order()];
        long[] withoutExits = [.. active
            .Where(relay => !_exits.Contains(relay.Identity) || relay.Standing.HasFlag(RelayStanding.BadExit)).Select(Bandwidth).Order()];
        long timeKnown = active.Length == 0 ? 0
            : active.Select(relay => _history.TimeKnown(relay.Identity, _now)).Order().ElementAt(active.Length / 8);
        timeKnown = Math.Min(timeKnown, (long)_options.GuardGuaranteeTimeKnown.TotalSeconds);
        double[] uptimes = [.. active.Where(relay => _history.TimeKnown(relay.Identity, _now) >= timeKnown)
            .Select(relay => _history.FractionalUptime(relay.Identity, _now))];
        return new FlagThresholds
        {
            StableUptime = active.Length == 0 ? 0 : Majority.LowMedian([.. active.Select(relay => relay.DeclaredUptime(_now))]),
            StableMtbf = active.Length == 0 ? 0 : Majority.LowMedian([.. active.Select(relay => _history.MeanTimeBetweenFailures(relay.Identity, _now))]),
            HasEnoughMtbf = _history.HasMeasuredEnough(_now),
            FastBandwidth = ComputeFast(bandwidths, parameters),
            GuardTimeKnown = timeKnown,
            GuardFractionalUptime = uptimes.Length == 0 ? 0 : Math.Min(Majority.LowMedian(uptimes), _options.GuardGuaranteeFractionalUptime),
            GuardBandwidthIncludingExits = AtFraction(bandwidths),
            GuardBandwidthExcludingExits = AtFraction(withoutExits),
            IgnoresAdvertised = IgnoresAdvertised,
        };
    }

    private long AtFraction(long[] sorted) =>
        sorted.Length == 0 ? 0 : sorted[Math.Min((int)(sorted.Length * _options.GuardBandwidthFraction), sorted.Length - 1)];

    private long ComputeFast(long[] sorted, IReadOnlyDictionary<string, int> parameters)
    {
        long fast = sorted.Length == 0 ? 0 : sorted[sorted.Length / 8];
        if (sorted.Length != 0 && fast < RequiredBandwidth / 2000)
        {
            fast = sorted[sorted.Length / 4];
        }

        long min = Math.Max(parameters.GetValueOrDefault("FastFlagMinThreshold", MinBandwidthToConsider), MinBandwidthToConsider);
        min = _options.IsTestingNetwork ? _options.TestingMinFastThreshold : min;
        long max = Math.Max(parameters.GetValueOrDefault("FastFlagMaxThreshold", int.MaxValue), min);
        fast = Math.Min(Math.Max(fast, min / 1000), max / 1000);
        return _options.FastGuarantee > 0 ? Math.Min(fast, _options.FastGuarantee / 1000) : fast;
    }

    private HashSet<RsaIdentity> FindSybils()
    {
        var sybils = new HashSet<RsaIdentity>();
        if (_options.MaxServersPerAddress <= 0)
        {
            return sybils;
        }

        AddSybils(sybils, _relays.GroupBy(relay => relay.Descriptor.Declaration.Address));
        AddSybils(sybils, _relays.Where(relay => relay.Descriptor.Declaration.IPv6Address is not null)
            .GroupBy(relay => relay.Descriptor.Declaration.IPv6Address!.Address));
        return sybils;
    }

    private IOrderedEnumerable<KnownRelay> ByUsefulness(IEnumerable<KnownRelay> relays) => relays
        .OrderByDescending(relay => relay.IsAuthority)
        .ThenByDescending(relay => _running[relay.Identity])
        .ThenByDescending(relay => relay.MeasuredBandwidth ?? (relay.UncappedBandwidth / 1000))
        .ThenBy(relay => relay.Identity);

    private void AddSybils(HashSet<RsaIdentity> sybils, IEnumerable<IGrouping<IPAddress, KnownRelay>> neighbourhoods)
    {
        foreach (IGrouping<IPAddress, KnownRelay> neighbours in neighbourhoods)
        {
            sybils.UnionWith(ByUsefulness(neighbours).Skip(_options.MaxServersPerAddress).Select(relay => relay.Identity));
        }
    }
}
