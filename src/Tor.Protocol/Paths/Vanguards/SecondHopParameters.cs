using Tunic.Tor.Protocol.Documents.Consensuses;

namespace Tunic.Tor.Protocol.Paths.Vanguards;

/// <summary>The numbers of vanguards-lite (proposal 333; stock entrynodes.c), from the consensus where it has them.</summary>
/// <param name="IsEnabled">Whether second hops are kept at all (<c>vanguards-lite-enabled</c>). Default true.</param>
/// <param name="Count">How many are kept, 1 to 19 (<c>guard-hs-l2-number</c>). Default 4.</param>
/// <param name="MinLifetime">Shortest time that one is kept, from one second (<c>guard-hs-l2-lifetime-min</c>). Default a day.</param>
/// <param name="MaxLifetime">Longest time, never below the shortest (<c>guard-hs-l2-lifetime-max</c>). Default twelve days.</param>
public sealed record SecondHopParameters(bool IsEnabled, int Count, TimeSpan MinLifetime, TimeSpan MaxLifetime)
{
    private const int MaxCount = 19;
    private const int SecondsPerDay = 24 * 60 * 60;

    /// <summary>The parameters of a consensus, each clamped to its range.</summary>
    public static SecondHopParameters From(Consensus consensus)
    {
        int Read(string name, int fallback, int min, int max) => ConsensusParameter.Read(consensus.Parameters, name, fallback, min, max);

        int shortest = Read("guard-hs-l2-lifetime-min", SecondsPerDay, 1, int.MaxValue);
        int longest = Read("guard-hs-l2-lifetime-max", 12 * SecondsPerDay, 1, int.MaxValue);
        return new SecondHopParameters(
            Read("vanguards-lite-enabled", 1, 0, 1) == 1,
            Read("guard-hs-l2-number", 4, 1, MaxCount),
            TimeSpan.FromSeconds(shortest),
            TimeSpan.FromSeconds(Math.Max(shortest, longest)));
    }
}
