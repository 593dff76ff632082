namespace Tunic.Tor.Protocol.Paths.Guards;

/// <summary>What we believe of a guard (guard-spec, "The Sampled Guard Set", is_reachable).</summary>
public enum GuardReachability
{
    /// <summary>Worth a try: never tried, or its failure is long enough ago.</summary>
    Maybe,

    /// <summary>The last try succeeded.</summary>
    Yes,

    /// <summary>The last try failed, and it is not yet time for the next.</summary>
    No,
}
