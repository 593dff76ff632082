namespace Tunic.Tor.Protocol.Paths.Guards;

/// <summary>The use of a guard by one circuit, or by one directory request. Keep it with the circuit.</summary>
public sealed class GuardUse
{
    internal GuardUse(Guard guard, Relay relay, GuardUsage usage, GuardUseState state, TimeSpan now, GuardRestriction? restriction)
    {
        Guard = guard;
        Relay = relay;
        Usage = usage;
        State = state;
        StateSince = now;
        Restriction = restriction;
    }

    /// <summary>The guard.</summary>
    public Guard Guard { get; }

    /// <summary>The guard as the view knew it when it was chosen.</summary>
    public Relay Relay { get; }

    /// <summary>What it was chosen for.</summary>
    public GuardUsage Usage { get; }

    /// <summary>Whether the circuit may be used.</summary>
    public GuardUseState State { get; private set; }

    /// <summary>Monotonic time of the last change of <see cref="State"/>.</summary>
    public TimeSpan StateSince { get; private set; }

    /// <summary>What the circuit could not use; null for no restriction.</summary>
    public GuardRestriction? Restriction { get; internal set; }

    internal void MoveTo(GuardUseState state, TimeSpan now)
    {
        State = state;
        StateSince = now;
    }
}
