using Tunic.Tor.Protocol.Cells;

namespace Tunic.Tests.Tor.Protocol.Links;

/// <summary>A cell on its way between two ends of a link.</summary>
internal sealed record TestCell(CellCommand Command, byte[] Body, uint CircuitId = 0);
