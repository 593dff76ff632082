using Tunic.Primitives.Keys;
using Tunic.Tor.Network.Circuits;

namespace Tunic.Tor.Client.Circuits.Register;

/// <summary>What is told of one circuit. Changed only by its <see cref="CircuitRegister"/>, inside the register's gate.</summary>
internal sealed class CircuitRecord(int number, string purpose, IReadOnlyList<string> buildFlags, DateTime created)
{
    /// <summary>From 1, and never used twice.</summary>
    internal int Number => number;

    /// <summary>ONEHOP_TUNNEL, IS_INTERNAL, NEED_CAPACITY, NEED_UPTIME.</summary>
    internal IReadOnlyList<string> BuildFlags => buildFlags;

    /// <summary>UTC.</summary>
    internal DateTime Created => created;

    /// <summary>See <see cref="CircuitPurpose"/>.</summary>
    internal string Purpose { get; set; } = purpose;

    internal CircuitStatus Status { get; set; }

    /// <summary>Hops so far, nearest first.</summary>
    internal IReadOnlyList<RsaIdentity> Hops { get; set; } = [];

    /// <summary>Null until the first hop is there.</summary>
    internal OriginCircuit? Circuit { get; set; }

    /// <summary>Whom it was closed by, when that was a controller.</summary>
    internal bool IsClosedByController { get; set; }

    /// <summary>"REASON=..." with a blank before it; empty while it lives.</summary>
    internal string Reason { get; set; } = "";

    internal bool HasEnded => Status is CircuitStatus.Failed or CircuitStatus.Closed;
}
