namespace Tunic.Tor.Protocol.Voting.Tally;

/// <summary>The bandwidth of all relays by role, in kilobytes per second (dir-spec, "Computing Bandwidth Weights").</summary>
/// <param name="Guard">G: guards that are no exits.</param>
/// <param name="Middle">M: neither.</param>
/// <param name="Exit">E: exits that are no guards.</param>
/// <param name="Both">D: guards that are exits.</param>
/// <param name="Total">T: the sum.</param>
public readonly record struct BandwidthTotals(long Guard, long Middle, long Exit, long Both, long Total)
{
    /// <summary>Where stock tor starts to count, lest it divide by zero.</summary>
    public static BandwidthTotals Start { get; } = new(1, 1, 1, 1, 4);

    /// <summary>Adds one relay.</summary>
    /// <param name="bandwidth">Its weight in the consensus.</param>
    /// <param name="isExit">It has the flag Exit and not BadExit.</param>
    /// <param name="isGuard">It has the flag Guard.</param>
    /// <param name="guardFraction">GuardFraction in percent; null when there is none, which is the rule today.</param>
    public BandwidthTotals Add(long bandwidth, bool isExit, bool isGuard, int? guardFraction = null)
    {
        long main = bandwidth;
        long other = 0;
        if (guardFraction is { } percent)
        {
            main = (long)Math.Round(percent / 100.0 * bandwidth, MidpointRounding.AwayFromZero);
            other = bandwidth - main;
        }

        long total = Total + main;
        return (isExit, isGuard) switch
        {
            (true, true) => this with { Both = Both + main, Exit = Exit + other, Total = total },
            (true, false) => this with { Exit = Exit + main, Total = total },
            (false, true) => this with { Guard = Guard + main, Middle = Middle + other, Total = total },
            (false, false) => this with { Middle = Middle + main, Total = total },
        };
    }
}
