using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.Documents;
using Tunic.Tor.Protocol.Paths.Guards;

namespace Tunic.Tor.Protocol.Paths;

/// <summary>Chooses the relays of circuits: last hop first, then the guard, then the middle (path-spec, "Path selection and constraints").</summary>
/// <remarks>Has no state of its own; make a new one for a new <see cref="PathEnvironment"/>.</remarks>
public sealed class PathSelector(PathEnvironment environment, RandomSource random)
{
    /// <summary>In a small network the first exit may leave no guard outside its family: then another exit is tried.</summary>
    private const int MaxAttempts = 3;
    private const int DefaultLength = 3;

    /// <summary>What the choice is made from.</summary>
    public PathEnvironment Environment { get; } = environment;

    /// <summary>Chooses a path of several hops.</summary>
    /// <param name="request">What for.</param>
    /// <param name="guards">Gives the first hop; null chooses it anew each time, like any other (<c>UseEntryGuards 0</c>).</param>
    /// <param name="now">Both clocks.</param>
    /// <exception cref="ArgumentOutOfRangeException">The length is outside 2 to 8.</exception>
    public PathResult Select(PathRequest request, GuardSelector? guards, ClockReading now)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(request.Length, PathRequest.MinLength, nameof(request));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(request.Length, PathRequest.MaxLength, nameof(request));
        PathResult result = default;
        for (int attempt = 0; attempt < MaxAttempts && !result.IsFound; attempt++)
        {
            result = SelectOnce(request, guards, now);
            if (request.End is not null || result.Failure == PathFailure.NoExit)
            {
                break;
            }
        }

        return result;
    }

    /// <summary>Chooses the last hop alone, as <see cref="Select"/> would; null when none fits.</summary>
    public Relay? ChooseEnd(PathRequest request) => SelectEnd(request);

    /// <summary>Chooses a directory to be asked over one hop.</summary>
    /// <param name="guards">Gives the directory; null chooses among all directories by weight.</param>
    /// <param name="restriction">Directories that cannot serve this request; null for none.</param>
    /// <param name="now">Both clocks.</param>
    public PathResult SelectDirectory(GuardSelector? guards, GuardRestriction? restriction, ClockReading now)
    {
        if (guards is not null)
        {
            return guards.Select(GuardUsage.Directory, restriction, now) is { } use
                ? new PathResult(new CircuitPath([use.Relay], use))
                : new PathResult(PathFailure.NoGuard, 1);
        }

        bool IsPossible(Relay relay) =>
            Environment.IsUp(relay) && relay.RsaIdentity != Environment.Self
            && restriction?.Excluded.Contains(relay.RsaIdentity) != true
            && Environment.Constraints.IsReachable?.Invoke(relay) != false;

        WeightTable table = Environment.View.Table(RelayPosition.Directory);
        Relay? chosen = table.Choose(relay => IsPossible(relay) && Environment.Constraints.ExcludeNodes?.Contains(relay) != true, random);
        if (chosen is null && !Environment.Constraints.StrictNodes)
        {
            chosen = table.Choose(IsPossible, random);
        }

        return chosen is null ? new PathResult(PathFailure.NoDirectory, 1) : new PathResult(new CircuitPath([chosen], null));
    }

    private PathResult SelectOnce(PathRequest request, GuardSelector? guards, ClockReading now)
    {
        if (SelectEnd(request) is not { } end)
        {
            return new PathResult(request.End is null ? PathFailure.NoExit : PathFailure.EndNotUsable, request.Length);
        }

        GuardUse? use = null;
        Relay? first;
        if (guards is null)
        {
            first = SelectFirst(request, end);
        }
        else
        {
            use = guards.Select(GuardUsage.Traffic, RestrictGuard(request, end), now);
            first = use?.Relay;
        }

        if (first is null)
        {
            return new PathResult(PathFailure.NoGuard, 1);
        }

        var hops = new List<Relay>(request.Length) { first };
        while (hops.Count < request.Length - 1)
        {
            if (SelectMiddle(request, hops, end) is not { } middle)
            {
                if (use is not null)
                {
                    guards!.Cancel(use, now);
                }

                return new PathResult(PathFailure.NoMiddle, hops.Count + 1);
            }

            hops.Add(middle);
        }

        hops.Add(end);
        return new PathResult(new CircuitPath(hops, use));
    }

    private Relay? SelectEnd(PathRequest request)
    {
        if (request.End is { } end)
        {
            return end.IsUsable && IsPossible(request, end) && Environment.Constraints.ExcludeNodes?.Contains(end) != true ? end : null;
        }

        if (request.IsInternal)
        {
            return Choose(RelayPosition.Middle, request, relay =>
                Environment.Constraints.ExcludeNodes?.Contains(relay) != true
                && (!request.EndServesOnionService || relay.MayServeOnionServices));
        }

        bool IsExit(Relay relay) => Environment.Constraints.AllowsExit(relay) && request.Ports.All(relay.Accepts);
        Relay? predicted = request.PredictedPorts.Count == 0
            ? null
            : Choose(RelayPosition.Exit, request, relay => IsExit(relay) && request.PredictedPorts.Any(relay.Accepts));
        return predicted ?? Choose(RelayPosition.Exit, request, IsExit);
    }

    /// <summary>With vanguards the guard stays who it is even where it is the last hop too: whoever chooses the last hops must not find out by what we avoid.</summary>
    private static GuardRestriction? RestrictGuard(PathRequest request, Relay end) => request.Vanguards is null
        ? new GuardRestriction { AvoidFamilyOf = end, Excluded = request.ExcludedGuards }
        : null;

    private Relay? SelectFirst(PathRequest request, Relay end)
    {
        bool IsFirst(Relay relay) =>
            !request.ExcludedGuards.Contains(relay.RsaIdentity)
            && Environment.Constraints.AllowsGuard(relay)
            && (request.Vanguards is not null || Environment.Families.MayShareCircuit(relay, end));

        return Choose(RelayPosition.Guard, request, relay => relay.MayBeGuard && IsFirst(relay))
            ?? Choose(RelayPosition.Guard, request, IsFirst);
    }

    private Relay? SelectMiddle(PathRequest request, List<Relay> hops, Relay end) => request.Vanguards is { } vanguards
        ? SelectMiddleWithVanguards(request, vanguards, hops, end)
        : Choose(RelayPosition.Middle, request, relay =>
            Environment.Constraints.AllowsMiddle(relay)
            && Environment.Families.MayShareCircuit(relay, end)
            && hops.TrueForAll(hop => Environment.Families.MayShareCircuit(relay, hop)));

    /// <summary>From the fourth hop on the guard may come again: who sees many such hops would see by its absence who it is (circuitbuild.c).</summary>
    private Relay? SelectMiddleWithVanguards(PathRequest request, IReadOnlyList<Predicate<Relay>> vanguards, List<Relay> hops, Relay end)
    {
        Predicate<Relay>? isVanguard = hops.Count <= vanguards.Count ? vanguards[hops.Count - 1] : null;
        IEnumerable<Relay> avoided = hops.Skip(hops.Count >= DefaultLength ? 1 : 0);
        return Choose(RelayPosition.Middle, request, relay =>
            relay != end
            && !avoided.Contains(relay)
            && (isVanguard is null ? Environment.Constraints.AllowsMiddle(relay) : isVanguard(relay) && Environment.Constraints.ExcludeNodes?.Contains(relay) != true));
    }

    /// <summary>Chooses by weight; the wish for Stable and Fast is dropped when nothing has both.</summary>
    private Relay? Choose(RelayPosition position, PathRequest request, Predicate<Relay> isAcceptable)
    {
        RelayFlags wanted = (request.NeedsStable ? RelayFlags.Stable : 0) | (request.NeedsFast ? RelayFlags.Fast : 0);
        WeightTable table = Environment.View.Table(position);
        return table.Choose(relay => relay.Has(wanted) && IsPossible(request, relay) && isAcceptable(relay), random)
            ?? (wanted == 0 ? null : table.Choose(relay => IsPossible(request, relay) && isAcceptable(relay), random));
    }

    private bool IsPossible(PathRequest request, Relay relay) =>
        !request.Excluded.Contains(relay.RsaIdentity) && Environment.IsUp(relay) && !Environment.IsOwn(relay);
}
