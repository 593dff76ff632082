using System.Collections.Frozen;
using Tunic.Primitives.Keys;

namespace Tunic.Tor.Protocol.Paths;

/// <summary>What a circuit of several hops is wanted for.</summary>
public sealed record PathRequest
{
    /// <summary>Fewest hops of a circuit.</summary>
    public const int MinLength = 2;

    /// <summary>Most hops of a circuit: each but the first costs one RELAY_EARLY cell, of which there are eight.</summary>
    public const int MaxLength = 8;

    /// <summary>Number of hops, 2 to 8. Default 3; fewer weaken anonymity.</summary>
    public int Length { get; init; } = 3;

    /// <summary>The circuit stays in the network: its last hop is chosen like a middle one. Default false.</summary>
    public bool IsInternal { get; init; }

    /// <summary>The last hop of an internal circuit is to serve an onion service as directory, introduction or rendezvous point. Default false.</summary>
    public bool EndServesOnionService { get; init; }

    /// <summary>
    /// For circuits of onion services: who may be the second hop, who the third, and so on as far as it goes. With it no hop is chosen by families or
    /// networks, which would tell others about the guard (vanguards-spec, "Path construction"). Default null: an ordinary circuit.
    /// </summary>
    public IReadOnlyList<Predicate<Relay>>? Vanguards { get; init; }

    /// <summary>The last hop, when the caller knows it already. Default null: choose one.</summary>
    public Relay? End { get; init; }

    /// <summary>Ports that the exit must take, all of them. Default none: any exit.</summary>
    public IReadOnlyList<ExitPort> Ports { get; init; } = [];

    /// <summary>Ports of which the exit should take at least one, if any exit does (what we expect to need next). Default none.</summary>
    public IReadOnlyList<ExitPort> PredictedPorts { get; init; } = [];

    /// <summary>Prefer relays with the Stable flag, for streams that last. Default false.</summary>
    public bool NeedsStable { get; init; }

    /// <summary>Prefer relays with the Fast flag. Default true, as in stock.</summary>
    public bool NeedsFast { get; init; } = true;

    /// <summary>Relays that are not to be the last hop nor a middle one, such as those that just failed. Default none.</summary>
    /// <remarks>Guards are not affected: else a failing exit could push us from guard to guard.</remarks>
    public FrozenSet<RsaIdentity> Excluded { get; init; } = FrozenSet<RsaIdentity>.Empty;

    /// <summary>Relays that are not to be the guard, because a parallel circuit uses them. Default none.</summary>
    public FrozenSet<RsaIdentity> ExcludedGuards { get; init; } = FrozenSet<RsaIdentity>.Empty;
}
