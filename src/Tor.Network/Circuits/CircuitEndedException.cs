using Tunic.Primitives.Errors;

namespace Tunic.Tor.Network.Circuits;

/// <summary>The circuit is gone, or cannot take what was asked: try another.</summary>
public sealed class CircuitEndedException(ErrorKind kind, string message, Exception? inner = null)
    : TunicException(kind, message, inner)
{
    /// <summary>A relay sent DESTROY: it was there, and refused.</summary>
    public bool IsByPeer { get; init; }
}
