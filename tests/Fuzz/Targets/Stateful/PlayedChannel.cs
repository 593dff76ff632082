using Tunic.Tests.Fuzz.Engine;
using Tunic.Tor.Network.Channels;
using Tunic.Tor.Protocol.Cells;

namespace Tunic.Tests.Fuzz.Targets.Stateful;

/// <summary>The fuzzer's end of a relay's channel: writes cells, and checks what comes back.</summary>
internal sealed class PlayedChannel(Channel channel, PlayedTransport transport)
{
    private readonly HashSet<uint> _destroyed = [];
    private readonly HashSet<uint> _created = [];
    private readonly HashSet<uint> _unclear = [];
    private bool _garbled;
    private byte[] _rest = [];

    public Channel Channel { get; } = channel;

    public PlayedTransport Transport { get; } = transport;

    /// <summary>Called with each cell of the relay.</summary>
    public Action<uint, CellCommand, byte[]> Received { get; set; } = (_, _, _) => { };

    public void Send(uint circuitId, CellCommand command, ReadOnlySpan<byte> body)
    {
        body = CellFormat.IsVariableLength(command) ? body : body[..Math.Min(body.Length, Cell.BodyLength)];
        var cell = new byte[CellFormat.Wide.GetCellLength(command, body.Length)];
        CellFormat.Wide.Write(cell, circuitId, command, body);
        if (command is CellCommand.CreateFast or CellCommand.Create2 or CellCommand.Create)
        {
            // On an id for the second time, a DESTROY of the circuit before may still be under way: there is no telling which one a cell belongs to.
            _destroyed.Remove(circuitId);
            if (!_created.Add(circuitId))
            {
                _unclear.Add(circuitId);
            }
        }

        Transport.Deliver(cell);
    }

    /// <summary>Sends bytes that are no whole cell. From here on the relay sees other cells than we believe to send.</summary>
    public void SendGarbage(byte[] bytes)
    {
        _garbled = true;
        Transport.Deliver(bytes);
    }

    /// <summary>Reads what the relay has sent: nothing may come on a circuit after its DESTROY.</summary>
    public void ReadAll()
    {
        byte[] bytes = [.. _rest, .. Transport.TakeWritten()];
        int used = 0;
        while (CellFormat.Wide.TryRead(bytes.AsSpan(used), ushort.MaxValue, out CellHeader header, out int length))
        {
            bool isDead = !_garbled && _destroyed.Contains(header.CircuitId) && !_unclear.Contains(header.CircuitId);
            FuzzFailureException.Require(!isDead || header.Command == CellCommand.Destroy, $"sends on a circuit after its DESTROY: {header.Command} on {header.CircuitId:X}");
            if (header.Command == CellCommand.Destroy)
            {
                _destroyed.Add(header.CircuitId);
            }
            else if (header.Command == CellCommand.Create2)
            {
                _destroyed.Remove(header.CircuitId);
            }

            Received(header.CircuitId, header.Command, bytes.AsSpan(used + header.HeaderLength, header.BodyLength).ToArray());
            used += length;
        }

        _rest = bytes[used..];
    }
}
