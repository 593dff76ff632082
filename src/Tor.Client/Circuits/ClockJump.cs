namespace Tunic.Tor.Client.Circuits;

/// <summary>Notices that the clock was set or that the machine has slept. Look about once a second.</summary>
/// <param name="time">The clock.</param>
internal sealed class ClockJump(TimeProvider time)
{
    /// <summary>As in stock mainloop.c, NUM_JUMPED_SECONDS_BEFORE_WARN.</summary>
    internal static readonly TimeSpan Tolerated = TimeSpan.FromSeconds(100);

    private DateTime? _last;

    /// <summary>How far the clock has jumped since the last look; zero for hardly at all.</summary>
    internal TimeSpan Look()
    {
        DateTime now = time.GetUtcNow().UtcDateTime;
        TimeSpan passed = now - (_last ?? now);
        _last = now;
        return passed.Duration() >= Tolerated ? passed : TimeSpan.Zero;
    }
}
