using Tunic.Tor.Protocol.Cells;

namespace Tunic.Tor.Protocol.Circuits;

/// <summary>Where a circuit's cells go: a channel's queue, or a list in a test.</summary>
public interface ICellSink
{
    /// <summary>Takes one cell, in the order in which they must arrive.</summary>
    /// <param name="command">A fixed-length command.</param>
    /// <param name="body">At most 509 bytes, valid during the call only.</param>
    void Send(CellCommand command, ReadOnlySpan<byte> body);
}
