using System.Collections.Frozen;
using Tunic.Primitives.Keys;

namespace Tunic.Tor.Protocol.Paths.Guards;

/// <summary>Guards that one particular circuit cannot use. It says nothing about other circuits.</summary>
public sealed record GuardRestriction
{
    /// <summary>The last hop of the circuit: neither it nor its family may be the guard. Null for none.</summary>
    public Relay? AvoidFamilyOf { get; init; }

    /// <summary>Relays that may not be the guard, without their families.</summary>
    public FrozenSet<RsaIdentity> Excluded { get; init; } = FrozenSet<RsaIdentity>.Empty;

    /// <summary>
    /// The excluded relays failed to serve something that another guard may have. Only then is a further primary guard taken in place of
    /// an excluded one; a circuit's own restriction counts the excluded one as considered, so that no exit can push us to more guards.
    /// </summary>
    public bool IsAboutReachability { get; init; }

    /// <summary>The guard must be neither that relay nor of its family.</summary>
    public static GuardRestriction ForExit(Relay exit) => new() { AvoidFamilyOf = exit };

    /// <summary>The guard must be none of those directories: they lack documents that we need.</summary>
    public static GuardRestriction OutdatedDirectories(IEnumerable<RsaIdentity> directories) =>
        new() { Excluded = directories.ToFrozenSet(), IsAboutReachability = true };

    /// <summary>Whether the guard may be used.</summary>
    public bool Allows(Guard guard, PathEnvironment environment)
    {
        if (Excluded.Contains(guard.Identity) || AvoidFamilyOf?.RsaIdentity == guard.Identity)
        {
            return false;
        }

        return AvoidFamilyOf is null
            || environment.View.Find(guard.Identity) is not { } relay
            || !environment.Families.AreRelated(relay, AvoidFamilyOf);
    }
}
