namespace Tunic.Tor.Protocol.Voting.Liveness;

/// <summary>Times on the wire: milliseconds since 1970.</summary>
internal static class LivenessTime
{
    // The year 3000: keeps sums with lifetimes inside the range of the type.
    private const ulong Max = 32_503_680_000_000;

    public static ulong Encode(DateTime time) => (ulong)Math.Max((time - DateTime.UnixEpoch).TotalMilliseconds, 0);

    public static DateTime Decode(ulong milliseconds) => DateTime.UnixEpoch.AddMilliseconds(Math.Min(milliseconds, Max));
}
