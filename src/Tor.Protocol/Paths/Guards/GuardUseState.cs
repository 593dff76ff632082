namespace Tunic.Tor.Protocol.Paths.Guards;

/// <summary>Whether a circuit may be used, as far as its guard is concerned (guard-spec, "Selecting guards for circuits").</summary>
public enum GuardUseState
{
    /// <summary>Under construction through a primary guard: usable as soon as it is built.</summary>
    UsableOnCompletion,

    /// <summary>Under construction through another guard: usable only if no better guard answers.</summary>
    UsableIfNoBetterGuard,

    /// <summary>Built, but a better guard may still answer. No stream may be attached.</summary>
    WaitingForBetterGuard,

    /// <summary>Built and usable.</summary>
    Complete,

    /// <summary>Failed or given back.</summary>
    Dead,
}
