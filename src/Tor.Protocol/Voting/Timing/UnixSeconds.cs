namespace Tunic.Tor.Protocol.Voting.Timing;

/// <summary>Voting counts in whole seconds since 1970, as stock tor does; slots and rounds are divisions of that number.</summary>
internal static class UnixSeconds
{
    public static long Of(DateTime time) => (long)Math.Floor((time - DateTime.UnixEpoch).TotalSeconds);

    public static DateTime ToTime(long seconds) => DateTime.UnixEpoch.AddSeconds(seconds);

    public static long Of(TimeSpan span) => (long)span.TotalSeconds;
}
