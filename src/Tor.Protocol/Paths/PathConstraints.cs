namespace Tunic.Tor.Protocol.Paths;

/// <summary>Which relays the operator wants, and wants not. Read once; a change makes new paths and re-filters the guards.</summary>
public sealed record PathConstraints
{
    /// <summary>No wish at all.</summary>
    public static PathConstraints None { get; } = new();

    /// <summary>Never used in a circuit. Default null: none.</summary>
    public RelaySet? ExcludeNodes { get; init; }

    /// <summary>Never used as last hop towards the Internet. Default null: none beyond <see cref="ExcludeNodes"/>.</summary>
    public RelaySet? ExcludeExitNodes { get; init; }

    /// <summary>The only relays used as first hop. Default null: all.</summary>
    public RelaySet? EntryNodes { get; init; }

    /// <summary>The only relays used in the middle. Default null: all.</summary>
    public RelaySet? MiddleNodes { get; init; }

    /// <summary>The only relays used as last hop towards the Internet. Default null: all.</summary>
    public RelaySet? ExitNodes { get; init; }

    /// <summary>
    /// With it an excluded relay is not even asked for directory documents when there is no other. Default false, as in stock; circuits
    /// of several hops never contain an excluded relay either way.
    /// </summary>
    public bool StrictNodes { get; init; }

    /// <summary>Whether we can reach the relay directly (firewall, address families). Default null: all.</summary>
    public Predicate<Relay>? IsReachable { get; init; }

    /// <summary>Whether the relay may be a guard under these wishes.</summary>
    public bool AllowsGuard(Relay relay) =>
        ExcludeNodes?.Contains(relay) != true && EntryNodes?.Contains(relay) != false && IsReachable?.Invoke(relay) != false;

    /// <summary>Whether the relay may stand in the middle.</summary>
    public bool AllowsMiddle(Relay relay) => ExcludeNodes?.Contains(relay) != true && MiddleNodes?.Contains(relay) != false;

    /// <summary>Whether the relay may be an exit.</summary>
    public bool AllowsExit(Relay relay) =>
        ExcludeNodes?.Contains(relay) != true && ExcludeExitNodes?.Contains(relay) != true && ExitNodes?.Contains(relay) != false;
}
