using Tunic.Primitives.Keys;
using Tunic.Primitives.Time;

namespace Tunic.Tor.Protocol.Paths.Guards;

/// <summary>Chooses a guard for each circuit and learns from how the circuit fares: guard-spec sections "Retrying guards" to "Updating the list of waiting circuits".</summary>
/// <remarks>One owner, no locks. Ask <see cref="UpgradeWaiting"/> and <see cref="ShouldExpire"/> about once a second while circuits wait.</remarks>
public sealed class GuardSelector(GuardSample sample, RandomSource random)
{
    /// <summary>With fewer usable guards none is refused for being outdated: all might be.</summary>
    private const int MinGuardsForOutdatedRestriction = 10;

    private TimeSpan? _lastTimeOnInternet;

    /// <summary>The guards that are chosen from.</summary>
    public GuardSample Sample { get; } = sample;

    /// <summary>Every primary guard is believed to be down, or marked down.</summary>
    public bool AreAllPrimaryDown(ClockReading now)
    {
        Sample.EnsurePrimary(now);
        foreach (Guard guard in Sample.Primary)
        {
            GuardSample.ConsiderRetry(guard, now);
            if (guard.Reachability != GuardReachability.No && !Sample.IsMarkedDown(guard))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Something arrived from the network, so it is up.</summary>
    public void NoteInternetConnectivity(ClockReading now) => _lastTimeOnInternet = now.Monotonic;

    /// <summary>
    /// The guard for a new circuit: a primary guard if any may answer, else a confirmed one, else the next of the sample. Null when there
    /// is none at all: then every guard is worth a new try, and the caller should ask again after a pause.
    /// </summary>
    /// <param name="usage">What for.</param>
    /// <param name="restriction">What this circuit cannot use; null for no restriction.</param>
    /// <param name="now">Both clocks.</param>
    public GuardUse? Select(GuardUsage usage, GuardRestriction? restriction, ClockReading now)
    {
        Sample.EnsurePrimary(now);
        var state = GuardUseState.UsableOnCompletion;
        Guard? guard = SelectPrimary(usage, restriction, now);
        if (guard is null)
        {
            state = GuardUseState.UsableIfNoBetterGuard;
            guard = SelectConfirmed(usage, restriction, now) ?? SelectSampled(usage, restriction, now);
        }

        if (guard is null)
        {
            GuardSample.MarkMaybeReachable(Sample.Sampled);
            return null;
        }

        if (Sample.Environment.View.Find(guard.Identity) is not { } relay)
        {
            return null;
        }

        if (state == GuardUseState.UsableIfNoBetterGuard)
        {
            guard.IsPending = true;
            guard.LastTried = now.Monotonic;
        }

        return new GuardUse(guard, relay, usage, state, now.Monotonic, restriction);
    }

    /// <summary>A restriction against directories that lacked microdescriptors; null while too few guards are left to be choosy.</summary>
    public GuardRestriction? RestrictOutdated(IReadOnlyCollection<RsaIdentity> outdated, ClockReading now) =>
        outdated.Count == 0 || Sample.CountUsable(null, now) < MinGuardsForOutdatedRestriction
            ? null
            : GuardRestriction.OutdatedDirectories(outdated);

    /// <summary>The circuit was built, or the directory request was answered: the guard works (guard-spec, "When a circuit succeeds").</summary>
    public GuardVerdict Succeeded(GuardUse use, ClockReading now)
    {
        Guard guard = use.Guard;
        if (!IsOurs(guard))
        {
            return GuardVerdict.Never;
        }

        TimeSpan? lastTimeOnInternet = _lastTimeOnInternet;
        _lastTimeOnInternet = now.Monotonic;
        guard.Reachability = GuardReachability.Yes;
        guard.FailingSince = null;
        guard.IsPending = false;
        Sample.Confirm(guard, now);
        Sample.EnsurePrimary(now);

        // Being confirmed may just have made it primary: then there is nothing better to wait for.
        bool isComplete = use.State is GuardUseState.Complete or GuardUseState.UsableOnCompletion || guard.IsPrimary;
        use.MoveTo(isComplete ? GuardUseState.Complete : GuardUseState.WaitingForBetterGuard, now.Monotonic);
        if (!guard.IsPrimary
            && (lastTimeOnInternet is not { } last || last + Sample.Parameters.InternetLikelyDownInterval < now.Monotonic))
        {
            GuardSample.MarkMaybeReachable(Sample.Primary);
        }

        return isComplete ? GuardVerdict.UsableNow : GuardVerdict.MaybeUsableLater;
    }

    /// <summary>The guard could not be reached (guard-spec, "When a circuit fails"). Call it for each circuit that waited for its channel.</summary>
    public void Failed(GuardUse use, ClockReading now)
    {
        Guard guard = use.Guard;
        if (IsOurs(guard))
        {
            guard.Reachability = GuardReachability.No;
            guard.IsPending = false;
            guard.FailingSince ??= now.Monotonic;
        }

        use.MoveTo(GuardUseState.Dead, now.Monotonic);
    }

    /// <summary>The circuit was given up for a reason that says nothing about its guard.</summary>
    public void Cancel(GuardUse use, ClockReading now)
    {
        if (IsOurs(use.Guard))
        {
            use.Guard.IsPending = false;
        }

        use.MoveTo(GuardUseState.Dead, now.Monotonic);
    }

    /// <summary>Finds waiting circuits for which no better guard will answer, and makes them complete (guard-spec, "Updating the list of waiting circuits").</summary>
    /// <param name="uses">The uses of all circuits that are open or under construction.</param>
    /// <param name="now">Both clocks.</param>
    /// <returns>Those that may be used from now on; empty when all must go on waiting.</returns>
    public IReadOnlyList<GuardUse> UpgradeWaiting(IReadOnlyCollection<GuardUse> uses, ClockReading now)
    {
        if (!AreAllPrimaryDown(now))
        {
            return [];
        }

        GuardUse[] own = [.. uses.Where(use => IsOurs(use.Guard))];
        GuardUse? best = null;
        foreach (GuardUse use in own.Where(use => use.State == GuardUseState.WaitingForBetterGuard))
        {
            if (best is null || use.Guard.HasHigherPriorityThan(best.Guard))
            {
                best = use;
            }
        }

        if (best is null || own.Any(use => Blocks(use, best, now)))
        {
            return [];
        }

        // Others of equal priority may be used too, unless the restriction that freed this one does not hold for them.
        GuardUse[] upgraded = [.. own.Where(use => use.State == GuardUseState.WaitingForBetterGuard
            && (use == best || (best.Restriction is null && !best.Guard.HasHigherPriorityThan(use.Guard))))];
        foreach (GuardUse use in upgraded)
        {
            use.MoveTo(GuardUseState.Complete, now.Monotonic);
        }

        return upgraded;
    }

    /// <summary>The circuit waited so long for a better guard that it should be closed.</summary>
    public bool ShouldExpire(GuardUse use, ClockReading now) =>
        use.State == GuardUseState.WaitingForBetterGuard && use.StateSince < now.Monotonic - Sample.Parameters.NonprimaryIdleTimeout;

    private bool IsOurs(Guard guard) => ReferenceEquals(Sample.Find(guard.Identity), guard);

    private bool Blocks(GuardUse other, GuardUse waiting, ClockReading now)
    {
        bool isCandidate = other.State == GuardUseState.Complete
            || (other.State == GuardUseState.UsableIfNoBetterGuard
                && other.StateSince > now.Monotonic - Sample.Parameters.NonprimaryConnectTimeout);
        return isCandidate
            && waiting.Restriction?.Allows(other.Guard, Sample.Environment) != false
            && other.Guard.HasHigherPriorityThan(waiting.Guard);
    }

    private Guard? SelectPrimary(GuardUsage usage, GuardRestriction? restriction, ClockReading now)
    {
        int wanted = usage == GuardUsage.Directory ? Sample.Parameters.PrimaryDirectoryGuardsToUse : Sample.Parameters.PrimaryGuardsToUse;
        int considered = 0;
        var usable = new List<Guard>();
        foreach (Guard guard in Sample.Primary)
        {
            if (considered >= wanted && usable.Count > 0)
            {
                break;
            }

            GuardSample.ConsiderRetry(guard, now);
            if (restriction?.Allows(guard, Sample.Environment) == false)
            {
                considered += restriction.IsAboutReachability ? 0 : 1;
            }
            else if (guard.Reachability != GuardReachability.No && !IsUnfit(guard, usage))
            {
                guard.LastTried = now.Monotonic;
                usable.Add(guard);
                considered++;
            }
        }

        return usable.Count == 0 ? null : usable[random.NextInt32(usable.Count)];
    }

    private Guard? SelectConfirmed(GuardUsage usage, GuardRestriction? restriction, ClockReading now)
    {
        foreach (Guard guard in Sample.Confirmed.Where(guard => !guard.IsPrimary))
        {
            GuardSample.ConsiderRetry(guard, now);
            if (guard.IsUsable && !guard.IsPending && !IsUnfit(guard, usage) && restriction?.Allows(guard, Sample.Environment) != false)
            {
                return guard;
            }
        }

        return null;
    }

    private Guard? SelectSampled(GuardUsage usage, GuardRestriction? restriction, ClockReading now) =>
        Sample.FirstUsable(restriction, guard => guard.IsConfirmed || guard.IsPrimary || guard.IsPending || IsUnfit(guard, usage), now);

    private bool IsUnfit(Guard guard, GuardUsage usage) =>
        Sample.IsMarkedDown(guard) || (usage == GuardUsage.Traffic && !Sample.HasMicrodescriptor(guard));
}
