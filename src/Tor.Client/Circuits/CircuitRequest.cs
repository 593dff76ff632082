using Tunic.Primitives.Overlay;
using Tunic.Tor.Protocol.Paths;

namespace Tunic.Tor.Client.Circuits;

/// <summary>What a circuit is wanted for.</summary>
/// <param name="Port">What its exit must take.</param>
/// <param name="Isolation">Whose it is.</param>
internal sealed record CircuitRequest(ExitPort Port, IsolationKey Isolation);
