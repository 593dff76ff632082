using Tunic.Tor.Network.Circuits;
using Tunic.Tor.Protocol.Circuits;
using Tunic.Tor.Protocol.Paths;

namespace Tunic.Tor.Client.OnionServices.Circuits;

/// <summary>A circuit that ends inside of the network and that nobody has used: a last hop can be added, or its end be a rendezvous point.</summary>
/// <param name="Circuit">The circuit.</param>
/// <param name="Path">Its relays.</param>
/// <param name="BuiltAt">When it was complete, monotonic.</param>
internal sealed record InternalCircuit(OriginCircuit Circuit, CircuitPath Path, TimeSpan BuiltAt)
{
    /// <summary>Whether it may be extended to a relay: no relay stands twice in a circuit, but that the guard may be its end as well.</summary>
    internal bool MayExtendTo(HopTarget target) => Path.Hops.Skip(1).All(hop => hop.RsaIdentity != target.RsaIdentity);
}
