using Tunic.Primitives.Keys;
using Tunic.Primitives.Time;

namespace Tunic.Tor.Protocol.Paths.Guards;

/// <summary>The few relays that may ever be our first hop, kept over restarts: guard-spec sections "The Sampled Guard Set" to "The Primary guards".</summary>
/// <remarks>
/// One owner, no locks. Call <see cref="Update"/> once before anything else, and after each change of its argument. Choices for circuits
/// are made by <see cref="GuardSelector"/>. Differs from the specification where stock 0.4.9 does: all lists are in order of sampling
/// (proposal 310), and a confirmed guard expires by the date of its confirmation alone.
/// </remarks>
public sealed class GuardSample
{
    private const int BackdateFraction = 10;
    private const int UnlistedBackdateFraction = 5;

    private readonly GuardOptions _options;
    private readonly RandomSource _random;
    private readonly List<Guard> _sampled = [];
    private readonly List<Guard> _confirmed = [];
    private List<Guard> _primary = [];
    private PathEnvironment? _environment;
    private bool _isPrimaryUpToDate;
    private int _nextSampledIndex;
    private int _nextConfirmedIndex;

    /// <summary>An empty sample, which fills when it is first needed.</summary>
    public GuardSample(GuardSampleKind kind, GuardOptions options, RandomSource random)
    {
        Kind = kind;
        _options = options;
        _random = random;
    }

    /// <summary>The sample of an earlier run. Guards of other selections in the state are left out, so is a second guard of one identity.</summary>
    public GuardSample(GuardSampleKind kind, GuardOptions options, RandomSource random, GuardSampleState state)
        : this(kind, options, random)
    {
        foreach (GuardState guard in state.Guards.Where(guard => guard.Selection == Name).OrderBy(guard => guard.SampledIndex))
        {
            if (Find(guard.Identity) is null)
            {
                _sampled.Add(guard.ToGuard());
                _nextSampledIndex = Math.Max(_nextSampledIndex, guard.SampledIndex + 1);
            }
        }

        RebuildConfirmed();
        HasChanged = false;
    }

    /// <summary>From which relays the sample is drawn.</summary>
    public GuardSampleKind Kind { get; }

    /// <summary>Name in the state file: "default" or "restricted".</summary>
    public string Name => Kind == GuardSampleKind.Restricted ? "restricted" : "default";

    /// <summary>All guards, in the order they were sampled.</summary>
    public IReadOnlyList<Guard> Sampled => _sampled;

    /// <summary>Guards that we used with success, in the order they were sampled.</summary>
    public IReadOnlyList<Guard> Confirmed => _confirmed;

    /// <summary>The guards we use before all others, in order of preference.</summary>
    public IReadOnlyList<Guard> Primary => _primary;

    /// <summary>The numbers in force.</summary>
    public GuardParameters Parameters { get; private set; } = new();

    /// <summary>Something that <see cref="ToState"/> returns has changed since it was last called.</summary>
    public bool HasChanged { get; private set; }

    /// <summary>
    /// Of the primary guards that circuits would use, and one more, those without microdescriptor. While there are any, stock builds no
    /// circuits: it would have to use a worse guard.
    /// </summary>
    public IReadOnlyList<Guard> PrimaryWithoutMicrodescriptor =>
        [.. _primary.Where(guard => guard.Reachability != GuardReachability.No)
            .Take(Parameters.PrimaryGuardsToUse + 1)
            .Where(guard => !HasMicrodescriptor(guard))];

    internal PathEnvironment Environment => _environment ?? throw new InvalidOperationException("Update must be called first");

    /// <summary>Takes over a new consensus, new microdescriptors or a new configuration (guard-spec, "Whenever we get a new consensus").</summary>
    /// <remarks>
    /// A consensus that is not even reasonably live changes nothing about who is listed, sampled or removed. A guard that is no longer
    /// marked down is worth a new try at once.
    /// </remarks>
    public void Update(PathEnvironment environment, ClockReading now)
    {
        Guard[] markedDown = _environment is null ? [] : [.. _sampled.Where(IsMarkedDown)];
        _environment = environment;
        MarkMaybeReachable(markedDown.Where(guard => !IsMarkedDown(guard)));
        Parameters = GuardParameters.From(environment.View.Consensus, _options);
        if (environment.View.IsReasonablyLive(now.Utc))
        {
            UpdateListed(now.Utc);
            RemoveExpired(now.Utc);
        }

        UpdateFiltered(now);
        RebuildConfirmed();
        UpdatePrimary(now);
    }

    /// <summary>The guard of that fingerprint, null when it is not in the sample.</summary>
    public Guard? Find(RsaIdentity identity) => _sampled.Find(guard => guard.Identity == identity);

    /// <summary>What must be kept over a restart. Clears <see cref="HasChanged"/>.</summary>
    public GuardSampleState ToState()
    {
        HasChanged = false;
        return new GuardSampleState([.. _sampled.Select((guard, index) => GuardState.Of(guard, Name, index))]);
    }

    /// <summary>Usable guards that the restriction allows; null for no restriction.</summary>
    internal int CountUsable(GuardRestriction? restriction, ClockReading now)
    {
        ConsiderRetries(now);
        return _sampled.Count(guard => guard.IsUsable && restriction?.Allows(guard, Environment) != false);
    }

    internal bool HasMicrodescriptor(Guard guard) => Environment.View.Find(guard.Identity) is { NtorOnionKey.IsEmpty: false };

    internal bool IsMarkedDown(Guard guard) => Environment.View.Find(guard.Identity) is { } relay && !Environment.IsUp(relay);

    /// <summary>Looks at a guard that failed: perhaps it is time to try it again. The date of its first failure stays.</summary>
    internal static void ConsiderRetry(Guard guard, ClockReading now)
    {
        if (guard.Reachability != GuardReachability.No)
        {
            return;
        }

        TimeSpan failingFor = now.Monotonic - (guard.FailingSince ?? now.Monotonic);
        if (guard.LastTried is not { } tried || now.Monotonic >= tried + GuardRetrySchedule.Delay(failingFor, guard.IsPrimary))
        {
            guard.Reachability = GuardReachability.Maybe;
        }
    }

    internal static void MarkMaybeReachable(IEnumerable<Guard> guards)
    {
        foreach (Guard guard in guards.Where(guard => guard.Reachability == GuardReachability.No))
        {
            guard.Reachability = GuardReachability.Maybe;
        }
    }

    internal void EnsurePrimary(ClockReading now)
    {
        if (!_isPrimaryUpToDate)
        {
            UpdatePrimary(now);
        }
    }

    /// <summary>A circuit through the guard was used: we mean to stay with it.</summary>
    internal void Confirm(Guard guard, ClockReading now)
    {
        if (guard.IsConfirmed)
        {
            return;
        }

        guard.ConfirmedOn = Backdate(now.Utc, Parameters.Lifetime / BackdateFraction);
        guard.ConfirmedIndex = _nextConfirmedIndex++;
        _confirmed.Add(guard);
        SortBySampledIndex(_confirmed);
        _isPrimaryUpToDate = false;
        HasChanged = true;
    }

    /// <summary>The first usable guard in order of sampling that is not refused; the sample grows first when too few are usable.</summary>
    internal Guard? FirstUsable(GuardRestriction? restriction, Predicate<Guard> isRefused, ClockReading now)
    {
        if (CountUsable(restriction, now) < Parameters.MinFilteredSampleSize)
        {
            Expand(now);
        }

        return _sampled.Find(guard => guard.IsUsable && restriction?.Allows(guard, Environment) != false && !isRefused(guard));
    }

    /// <summary>Adds guards until enough are usable, but never beyond the maximum. Returns how many were added.</summary>
    internal int Expand(ClockReading now)
    {
        if (!Environment.View.IsReasonablyLive(now.Utc))
        {
            return 0;
        }

        List<Relay> guards = [.. Environment.View.Relays.Where(IsEligible)];
        int maximum = MaxSampleSize(guards.Count);
        HashSet<RsaIdentity> sampled = [.. _sampled.Select(guard => guard.Identity)];
        var table = new WeightTable(guards, new BandwidthWeights(Environment.View.Consensus, RelayPosition.Guard).Of);
        int usable = CountUsable(null, now);
        int added = 0;
        while (usable < Parameters.MinFilteredSampleSize && _sampled.Count < maximum
            && table.Choose(relay => !sampled.Contains(relay.RsaIdentity), _random) is { } chosen)
        {
            sampled.Add(chosen.RsaIdentity);
            usable += Add(chosen, now).IsUsable ? 1 : 0;
            added++;
        }

        return added;
    }

    /// <summary>Rebuilds the list of primary guards: confirmed ones first, then those that were primary, then the next of the sample.</summary>
    internal void UpdatePrimary(ClockReading now)
    {
        _isPrimaryUpToDate = true;
        List<Guard> primary = [.. _confirmed.Where(guard => guard.IsFiltered).Take(Parameters.PrimaryGuards)];
        foreach (Guard former in _primary.Where(guard => guard.IsFiltered && !primary.Contains(guard)).ToArray())
        {
            if (primary.Count < Parameters.PrimaryGuards)
            {
                primary.Add(former);
            }
        }

        _sampled.ForEach(guard => guard.IsPrimary = false);
        primary.ForEach(guard => guard.IsPrimary = true);
        while (primary.Count < Parameters.PrimaryGuards
            && FirstUsable(null, guard => guard.IsConfirmed || guard.IsPrimary, now) is { } next)
        {
            next.IsPrimary = true;
            primary.Add(next);
        }

        if (!primary.SequenceEqual(_primary))
        {
            SortBySampledIndex(primary);
        }

        _primary = primary;
        _isPrimaryUpToDate = true; // adding guards to the sample does not outdate the list that they were added for
    }

    internal void UpdateFiltered(ClockReading now)
    {
        foreach (Guard guard in _sampled)
        {
            Filter(guard, now);
        }
    }

    private void ConsiderRetries(ClockReading now)
    {
        foreach (Guard guard in _sampled)
        {
            ConsiderRetry(guard, now);
        }
    }

    private bool IsEligible(Relay relay) =>
        relay.IsGuardCandidate
        && relay.RsaIdentity != Environment.Self
        && (Kind != GuardSampleKind.Restricted || Environment.Constraints.AllowsGuard(relay));

    private int MaxSampleSize(int guardCount)
    {
        int byShare = (int)(guardCount * Parameters.MaxSampleThreshold);
        return Math.Max(Math.Min(byShare, Parameters.MaxSampleSize), Parameters.MinFilteredSampleSize);
    }

    private Guard Add(Relay relay, ClockReading now)
    {
        var guard = new Guard(relay.RsaIdentity, relay.Status.Nickname)
        {
            SampledOn = Backdate(now.Utc, Parameters.Lifetime / BackdateFraction),
            SampledIndex = _nextSampledIndex++,
            SampledBy = _options.SampledBy,
            IsListed = true,
        };
        _sampled.Add(guard);
        Filter(guard, now);
        HasChanged = true;
        return guard;
    }

    private void Filter(Guard guard, ClockReading now)
    {
        bool wasFiltered = guard.IsFiltered;
        guard.IsFiltered = guard.IsListed
            && Environment.View.Find(guard.Identity) is { } relay
            && Environment.Constraints.AllowsGuard(relay);
        if (guard.IsFiltered)
        {
            ConsiderRetry(guard, now);
        }

        _isPrimaryUpToDate &= wasFiltered == guard.IsFiltered;
    }

    private void UpdateListed(DateTime utcNow)
    {
        foreach (Guard guard in _sampled)
        {
            bool wasListed = guard.IsListed;
            guard.IsListed = Environment.View.Find(guard.Identity) is { IsGuardCandidate: true };
            DateTime? since = guard.IsListed ? null : guard.UnlistedSince;
            if (!guard.IsListed && (wasListed || since is null))
            {
                since = Backdate(utcNow, Parameters.RemoveUnlistedAfter / UnlistedBackdateFraction);
            }

            HasChanged |= wasListed != guard.IsListed || since != guard.UnlistedSince;
            guard.UnlistedSince = since;
        }
    }

    private void RemoveExpired(DateTime utcNow)
    {
        bool IsExpired(Guard guard)
        {
            if (!guard.IsListed && guard.UnlistedSince < utcNow - Parameters.RemoveUnlistedAfter)
            {
                return true;
            }

            return guard.ConfirmedOn is { } confirmed
                ? confirmed < utcNow - Parameters.ConfirmedMinLifetime
                : guard.SampledOn < utcNow - Parameters.Lifetime;
        }

        if (_sampled.RemoveAll(IsExpired) > 0)
        {
            _primary.RemoveAll(guard => !_sampled.Contains(guard));
            _isPrimaryUpToDate = false;
            HasChanged = true;
        }
    }

    /// <summary>Makes the order of confirmation dense again.</summary>
    private void RebuildConfirmed()
    {
        _confirmed.Clear();
        _confirmed.AddRange(_sampled.Where(guard => guard.IsConfirmed).OrderBy(guard => guard.ConfirmedIndex));
        for (int i = 0; i < _confirmed.Count; i++)
        {
            HasChanged |= _confirmed[i].ConfirmedIndex != i;
            _confirmed[i].ConfirmedIndex = i;
        }

        _nextConfirmedIndex = _confirmed.Count;
        SortBySampledIndex(_confirmed);
    }

    private static void SortBySampledIndex(List<Guard> guards) => guards.Sort((left, right) => left.SampledIndex.CompareTo(right.SampledIndex));

    /// <summary>A whole second between <paramref name="atMost"/> ago and now, so that a file does not tell when something happened.</summary>
    private DateTime Backdate(DateTime utcNow, TimeSpan atMost)
    {
        ulong seconds = _random.NextUInt64((ulong)Math.Max(1, (long)atMost.TotalSeconds)) + 1;
        DateTime wholeSecond = new(utcNow.Ticks - (utcNow.Ticks % TimeSpan.TicksPerSecond), DateTimeKind.Utc);
        return wholeSecond - TimeSpan.FromSeconds(seconds);
    }
}
