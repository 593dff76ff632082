namespace Tunic.Tor.Protocol.Certificates;

/// <summary>Expiry times as Tor's own certificates write them: whole hours since 1970, in four bytes.</summary>
internal static class CertificateTime
{
    private static readonly uint _lastHour = (uint)((DateTime.MaxValue - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerHour);

    /// <summary>The time in UTC; hours past the year 9999 become <see cref="DateTime.MaxValue"/>.</summary>
    public static DateTime FromHours(uint hours) =>
        hours <= _lastHour ? DateTime.UnixEpoch.AddHours(hours) : DateTime.SpecifyKind(DateTime.MaxValue, DateTimeKind.Utc);

    /// <summary>The first whole hour that is not before <paramref name="time"/>, as stock tor rounds.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The time is before 1970.</exception>
    public static uint ToHours(DateTime time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(time, DateTime.UnixEpoch);
        long ticks = (time - DateTime.UnixEpoch).Ticks;
        return (uint)((ticks / TimeSpan.TicksPerHour) + (ticks % TimeSpan.TicksPerHour == 0 ? 0 : 1));
    }
}
