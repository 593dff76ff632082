using Tunic.Primitives.Overlay;
using Tunic.Tor.Network.Circuits;
using Tunic.Tor.Protocol.Paths;

namespace Tunic.Tor.Client.Circuits;

/// <summary>A circuit to an exit, with what the pool knows of its use. Guarded by the pool's gate.</summary>
internal sealed class PooledCircuit(OriginCircuit circuit, CircuitPath path, TimeSpan builtAt)
{
    /// <summary>The circuit.</summary>
    internal OriginCircuit Circuit => circuit;

    /// <summary>Its relays.</summary>
    internal CircuitPath Path => path;

    /// <summary>When it was complete, monotonic.</summary>
    internal TimeSpan BuiltAt => builtAt;

    /// <summary>Whose it is; null until its first use.</summary>
    internal IsolationKey? Isolation { get; private set; }

    /// <summary>When it was used first, monotonic; null until then.</summary>
    internal TimeSpan? DirtySince { get; private set; }

    /// <summary>No new streams: it is too old, or failed somebody.</summary>
    internal bool IsRetired { get; set; }

    /// <summary>Whether the request may use it.</summary>
    internal bool Fits(CircuitRequest request) =>
        !IsRetired
        && !circuit.HasEnded
        && (Isolation is null || Isolation == request.Isolation)
        && path.End.Accepts(request.Port);

    /// <summary>Makes it the circuit of a request.</summary>
    internal void Use(CircuitRequest request, TimeSpan now)
    {
        Isolation ??= request.Isolation;
        DirtySince ??= now;
    }
}
