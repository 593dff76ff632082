namespace Tunic.Tor.Protocol.Paths.Guards;

/// <summary>How long to wait before a guard that failed is tried again (guard-spec, "Retrying guards").</summary>
internal static class GuardRetrySchedule
{
    private static readonly (TimeSpan FailingUpTo, TimeSpan Primary, TimeSpan Other)[] Steps =
    [
        (TimeSpan.FromHours(6), TimeSpan.FromMinutes(10), TimeSpan.FromHours(1)),
        (TimeSpan.FromDays(4), TimeSpan.FromMinutes(90), TimeSpan.FromHours(4)),
        (TimeSpan.FromDays(7), TimeSpan.FromHours(4), TimeSpan.FromHours(18)),
        (TimeSpan.MaxValue, TimeSpan.FromHours(9), TimeSpan.FromHours(36)),
    ];

    /// <param name="failingFor">Time since the first failure.</param>
    /// <param name="isPrimary">Primary guards are tried more often.</param>
    public static TimeSpan Delay(TimeSpan failingFor, bool isPrimary)
    {
        int step = 0;
        while (failingFor > Steps[step].FailingUpTo)
        {
            step++;
        }

        return isPrimary ? Steps[step].Primary : Steps[step].Other;
    }
}
