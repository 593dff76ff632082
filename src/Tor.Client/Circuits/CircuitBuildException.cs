using Tunic.Primitives.Errors;
using Tunic.Tor.Protocol.Paths;

namespace Tunic.Tor.Client.Circuits;

/// <summary>A circuit could not be built: try another path.</summary>
/// <param name="relay">The relay that failed.</param>
/// <param name="hop">Its place, 1 being the guard.</param>
/// <param name="why">What happened; the relay's name is not part of it, since paths do not belong into logs.</param>
/// <param name="inner">The cause.</param>
internal sealed class CircuitBuildException(Relay relay, int hop, string why, Exception? inner = null)
    : TunicException(ErrorKind.RemoteUnreachable, $"no circuit: hop {hop} failed: {why}", inner)
{
    /// <summary>The relay to avoid next time.</summary>
    internal Relay Relay { get; } = relay;

    /// <summary>Its place, 1 being the guard.</summary>
    internal int Hop { get; } = hop;
}
