using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.Circuits;

namespace Tunic.Tests.Tor.Protocol.Circuits.Ends;

/// <summary>Cells under way, as copies.</summary>
internal sealed class CellList : ICellSink
{
    private readonly Queue<(CellCommand Command, byte[] Body)> _cells = new();

    internal int Count => _cells.Count;

    public void Send(CellCommand command, ReadOnlySpan<byte> body) => _cells.Enqueue((command, body.ToArray()));

    internal (CellCommand Command, byte[] Body) Take() => _cells.Dequeue();
}
