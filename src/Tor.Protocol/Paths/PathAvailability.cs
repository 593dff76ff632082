using Tunic.Tor.Protocol.Documents.Consensuses;

namespace Tunic.Tor.Protocol.Paths;

/// <summary>How much of the network's bandwidth can be used with the microdescriptors at hand.</summary>
/// <param name="GuardFraction">Of the guards, 0 to 1.</param>
/// <param name="MiddleFraction">Of all relays, 0 to 1.</param>
/// <param name="ExitFraction">Of the exits, 0 to 1; of all relays when the consensus has no exit.</param>
/// <param name="HasExits">Some exit with an exit policy is known: without one only internal circuits can be built.</param>
/// <param name="UsableCount">Relays that the consensus lets us use.</param>
/// <param name="PresentCount">Those among them whose microdescriptor is here.</param>
public sealed record PathAvailability(
    double GuardFraction, double MiddleFraction, double ExitFraction, bool HasExits, int UsableCount, int PresentCount)
{
    /// <summary>Probability that all three hops of a path chosen by weight are known, 0 to 1.</summary>
    public double PathFraction => GuardFraction * MiddleFraction * ExitFraction;

    /// <summary>The <see cref="PathFraction"/> from which on circuits may be built.</summary>
    /// <param name="consensus">Gives <c>min_paths_for_circs_pct</c>: 0.25 to 0.95, 0.60 when absent.</param>
    /// <param name="configured">What the operator set (<c>PathsNeededToBuildCircuits</c>), or null.</param>
    public static double RequiredFraction(Consensus consensus, double? configured) =>
        configured ?? ConsensusParameter.Read(consensus.Parameters, "min_paths_for_circs_pct", 60, 25, 95) / 100.0;

    /// <summary>Stock's sentence: "89% of guards bw, 90% of midpoint bw, and 70% of exit bw = 56% of path bw".</summary>
    public override string ToString() =>
        $"{(int)(GuardFraction * 100)}% of guards bw, {(int)(MiddleFraction * 100)}% of midpoint bw, and {(int)(ExitFraction * 100)}% of "
        + (HasExits ? "exit bw" : "end bw (no exits in consensus, using mid)")
        + $" = {(int)(PathFraction * 100)}% of path bw";
}
