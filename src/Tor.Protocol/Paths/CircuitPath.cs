using Tunic.Tor.Protocol.Paths.Guards;

namespace Tunic.Tor.Protocol.Paths;

/// <summary>The relays of a circuit to be built.</summary>
/// <param name="Hops">From the first hop to the last; 1 to 8, no relay twice, no two of one family.</param>
/// <param name="GuardUse">To be reported back to the <see cref="GuardSelector"/> with the fate of the circuit; null when no guards are kept.</param>
public sealed record CircuitPath(IReadOnlyList<Relay> Hops, GuardUse? GuardUse)
{
    /// <summary>The last hop.</summary>
    public Relay End => Hops[^1];
}
