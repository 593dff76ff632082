using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.Circuits;

namespace Tunic.Tor.Network.Circuits;

/// <summary>What all circuits that a node originates share.</summary>
/// <param name="Random">For keys and stream ids.</param>
/// <param name="Padding">For the padding of cells: a fast one.</param>
/// <param name="Time">The clock.</param>
/// <param name="Settings">Flow control and limits, from the present consensus; asked for each new circuit.</param>
public sealed record CircuitEnvironment(
    RandomSource Random, RandomSource Padding, TimeProvider Time, Func<CircuitEdgeSettings> Settings);
