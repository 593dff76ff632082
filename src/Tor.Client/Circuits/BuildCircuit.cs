using Tunic.Tor.Network.Circuits;
using Tunic.Tor.Protocol.FlowControl.Congestion;
using Tunic.Tor.Protocol.Paths;
using Tunic.Tor.Protocol.Paths.Guards;

namespace Tunic.Tor.Client.Circuits;

/// <summary>Builds a circuit; see <see cref="CircuitBuilder"/>.</summary>
internal delegate Task<(OriginCircuit Circuit, GuardVerdict Verdict)> BuildCircuit(
    CircuitPath path, CongestionControlParameters congestion, CancellationToken cancel);
