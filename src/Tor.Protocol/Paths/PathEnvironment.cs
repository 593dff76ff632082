using Tunic.Primitives.Keys;

namespace Tunic.Tor.Protocol.Paths;

/// <summary>All that bears on the choice of relays at one moment. Immutable; replace it when any part changes.</summary>
/// <param name="View">The network.</param>
public sealed record PathEnvironment(NetworkView View)
{
    /// <summary>What the operator wants. Default: no wish.</summary>
    public PathConstraints Constraints { get; init; } = PathConstraints.None;

    /// <summary>Which relays must not share a circuit. Default: all rules on.</summary>
    public FamilyRules Families { get; init; } = new();

    /// <summary>
    /// True for a relay that is known to be down at this moment, by a faster source than the consensus. Such a relay is skipped; a guard
    /// keeps its place in the sample and among the primary guards. Default null: none.
    /// </summary>
    public Predicate<Relay>? IsMarkedDown { get; init; }

    /// <summary>Our own relay identity, never chosen, nor its family; null for a client.</summary>
    public RsaIdentity? Self { get; init; }

    /// <summary>Whether the relay is ourselves or our family.</summary>
    public bool IsOwn(Relay relay)
    {
        if (Self is not { } self)
        {
            return false;
        }

        return relay.RsaIdentity == self || (View.Find(self) is { } own && Families.AreRelated(own, relay));
    }

    /// <summary>Whether the relay is up as far as we know.</summary>
    public bool IsUp(Relay relay) => IsMarkedDown?.Invoke(relay) != true;
}
