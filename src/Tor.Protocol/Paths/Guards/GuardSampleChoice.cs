namespace Tunic.Tor.Protocol.Paths.Guards;

/// <summary>Decides whether the sample must be drawn from the allowed guards only (guard-spec, "Restricted circuits"; stock's <c>choose_guard_selection</c>).</summary>
public static class GuardSampleChoice
{
    /// <summary>
    /// The kind of sample that the configuration calls for. It changes back only when the share of allowed guards leaves a band of five
    /// percent around the threshold, so that a share close to it does not make us change guards all the time.
    /// </summary>
    /// <param name="environment">Network and configuration.</param>
    /// <param name="current">The kind in use; null for none yet.</param>
    /// <param name="parameters">Thresholds.</param>
    public static GuardSampleKind Choose(PathEnvironment environment, GuardSampleKind? current, GuardParameters parameters)
    {
        (int all, int allowed) = Count(environment);
        double threshold = all * parameters.MeaningfulRestriction;
        if (current is null)
        {
            return allowed >= (int)threshold ? GuardSampleKind.Default : GuardSampleKind.Restricted;
        }

        if (allowed >= (int)(threshold * 1.05))
        {
            return GuardSampleKind.Default;
        }

        return allowed < (int)(threshold * 0.95) ? GuardSampleKind.Restricted : current.Value;
    }

    /// <summary>How many relays may be guards, and how many of them the configuration allows.</summary>
    public static GuardSupply Measure(PathEnvironment environment, GuardParameters parameters)
    {
        (int all, int allowed) = Count(environment);
        return new GuardSupply(all, allowed, all > 0 && allowed < (int)(all * parameters.ExtremeRestriction));
    }

    private static (int All, int Allowed) Count(PathEnvironment environment)
    {
        List<Relay> guards = [.. environment.View.Relays.Where(relay => relay.IsGuardCandidate)];
        return (guards.Count, guards.Count(environment.Constraints.AllowsGuard));
    }
}
