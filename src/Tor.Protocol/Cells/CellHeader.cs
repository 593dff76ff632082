namespace Tunic.Tor.Protocol.Cells;

/// <summary>What stands before a cell's body.</summary>
/// <param name="CircuitId">The circuit on this link; 0 for cells that concern the link itself.</param>
/// <param name="Command">Any byte; an unknown one is for the link to drop.</param>
/// <param name="BodyLength">Bytes of the body: <see cref="Cell.BodyLength"/> or, in a variable-length cell, 0 to 65,535.</param>
/// <param name="HeaderLength">Where in the cell the body starts: 3, 5 or 7.</param>
public readonly record struct CellHeader(uint CircuitId, CellCommand Command, int BodyLength, int HeaderLength);
