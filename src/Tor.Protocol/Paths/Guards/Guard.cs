using Tunic.Primitives.Keys;

namespace Tunic.Tor.Protocol.Paths.Guards;

/// <summary>One relay of a <see cref="GuardSample"/>, and what we remember of it. Changed only by its sample.</summary>
public sealed class Guard
{
    internal Guard(RsaIdentity identity, string nickname)
    {
        Identity = identity;
        Nickname = nickname;
    }

    /// <summary>The RSA fingerprint.</summary>
    public RsaIdentity Identity { get; }

    /// <summary>The nickname at the time of sampling, or "$" and the fingerprint. For logs and files only.</summary>
    public string Nickname { get; }

    /// <summary>When it came into the sample, UTC, moved back at random.</summary>
    public DateTime SampledOn { get; internal set; }

    /// <summary>Place in the order of sampling, which is also the order of preference (proposal 310).</summary>
    public int SampledIndex { get; internal set; }

    /// <summary>The program that sampled it; null when unknown.</summary>
    public string? SampledBy { get; internal init; }

    /// <summary>The newest consensus we saw lists it as fit for a guard.</summary>
    public bool IsListed { get; internal set; }

    /// <summary>Since when it is not listed, UTC, moved back at random; null while listed.</summary>
    public DateTime? UnlistedSince { get; internal set; }

    /// <summary>When a circuit through it first succeeded, UTC, moved back at random; null before.</summary>
    public DateTime? ConfirmedOn { get; internal set; }

    /// <summary>Place in the order of confirmation; -1 for a guard that is not confirmed.</summary>
    public int ConfirmedIndex { get; internal set; } = -1;

    /// <summary>A circuit through it succeeded once, and we mean to use it again.</summary>
    public bool IsConfirmed => ConfirmedIndex >= 0;

    /// <summary>Monotonic time of the last decision to try it; null for not since the start.</summary>
    public TimeSpan? LastTried { get; internal set; }

    /// <summary>Monotonic time of the first failure since the last success; null when there is none.</summary>
    public TimeSpan? FailingSince { get; internal set; }

    /// <summary>What we believe of it now.</summary>
    public GuardReachability Reachability { get; internal set; }

    /// <summary>A circuit to find out about it is under way. Never true of a primary guard that was chosen as one.</summary>
    public bool IsPending { get; internal set; }

    /// <summary>The configuration allows it, and it is listed.</summary>
    public bool IsFiltered { get; internal set; }

    /// <summary>Allowed and not believed to be down.</summary>
    public bool IsUsable => IsFiltered && Reachability != GuardReachability.No;

    /// <summary>One of the few that we use before all others.</summary>
    public bool IsPrimary { get; internal set; }

    /// <summary>Words of its line in the state file that we keep for other programs.</summary>
    internal string Extra { get; init; } = "";

    /// <summary>
    /// Whether this guard is preferred to the other when both answer (guard-spec, "The confirmed-guard list"). Two guards may have equal
    /// priority: then this is false both ways.
    /// </summary>
    public bool HasHigherPriorityThan(Guard other)
    {
        if (ReferenceEquals(this, other))
        {
            return false;
        }

        if (IsConfirmed || other.IsConfirmed)
        {
            return IsConfirmed && (!other.IsConfirmed || ConfirmedIndex < other.ConfirmedIndex);
        }

        return IsPending && (!other.IsPending || LastTried < other.LastTried);
    }

    /// <summary>The nickname and the fingerprint.</summary>
    public override string ToString() => $"{Nickname} (${Identity})";
}
