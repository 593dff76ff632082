namespace Tunic.Tor.Protocol.Paths.Guards;

/// <summary>What to do with a circuit that was just built.</summary>
public enum GuardVerdict
{
    /// <summary>Use it.</summary>
    UsableNow,

    /// <summary>Keep it, and ask <see cref="GuardSelector.UpgradeWaiting"/> again.</summary>
    MaybeUsableLater,

    /// <summary>Close it: its guard is no longer one of ours.</summary>
    Never,
}
