using Tunic.Tor.Network.Circuits;
using Tunic.Tor.Protocol.Circuits;

namespace Tunic.Tor.Relay.SelfTests;

/// <summary>Builds the circuits of a relay's test of itself: the client beside it does.</summary>
public interface ISelfTestCircuits
{
    /// <summary>Ends when circuits can be built; fails when that will not be.</summary>
    Task Ready { get; }

    /// <summary>Builds a circuit through other relays to this one. The caller closes it.</summary>
    /// <exception cref="Tunic.Primitives.Errors.TunicException">It could not be built.</exception>
    Task<OriginCircuit> BuildToAsync(HopTarget end, CancellationToken cancel);
}
