using Tunic.Tor.Client;
using Tunic.Tor.Network.Circuits;
using Tunic.Tor.Protocol.Circuits;
using Tunic.Tor.Relay.SelfTests;

namespace Tunic.Node.Hosting;

/// <summary>The circuits of the client beside the relay, for the relay's test of itself.</summary>
internal sealed class SelfTestCircuits(TorClient client) : ISelfTestCircuits
{
    public Task Ready => client.Bootstrapped;

    public Task<OriginCircuit> BuildToAsync(HopTarget end, CancellationToken cancel) => client.BuildCircuitToAsync(end, cancel);
}
