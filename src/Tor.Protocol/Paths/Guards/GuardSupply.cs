namespace Tunic.Tor.Protocol.Paths.Guards;

/// <summary>The relays that a sample of guards can be drawn from.</summary>
/// <param name="All">Relays that the consensus lets be guards: Guard, Stable, Fast and V2Dir.</param>
/// <param name="Allowed">Those of them that the configuration allows.</param>
/// <param name="IsExtreme">The configuration allows so few that its user stands out (guard-spec, <c>EXTREME_THRESHOLD</c>).</param>
public readonly record struct GuardSupply(int All, int Allowed, bool IsExtreme);
