using Tunic.Tests.Simulation;
using Tunic.Tor.Network.Channels;
using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.Errors;

namespace Tunic.Tests.TorRelay.Support;

/// <summary>The other end of a relay's channel, which sends any cell it likes.</summary>
internal sealed class RawPeer(MemoryTransport transport, Channel channel)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private readonly byte[] _buffer = new byte[2 * ChannelTransport.MinReadLength];
    private readonly Queue<RawCell> _cells = new();
    private int _length;

    /// <summary>The relay's end.</summary>
    internal Channel Channel { get; } = channel;

    /// <summary>Ends the connection.</summary>
    internal void Close() => transport.Abort();

    internal void Send(uint circuitId, CellCommand command, ReadOnlySpan<byte> body)
    {
        var cell = new byte[Cell.FixedLength];
        CellFormat.Wide.Write(cell, circuitId, command, body);
        transport.Write(cell);
    }

    /// <summary>The next cell of the relay.</summary>
    internal async Task<RawCell> ReadAsync()
    {
        using var timer = new CancellationTokenSource(Limit);
        while (_cells.Count == 0)
        {
            if (!await transport.WaitToReadAsync().AsTask().WaitAsync(timer.Token))
            {
                throw new IOException("the relay closed the channel");
            }

            Receive();
        }

        return _cells.Dequeue();
    }

    /// <summary>The next cell, which must be a DESTROY of the circuit; returns its reason.</summary>
    internal async Task<DestroyReason> ReadDestroyAsync(uint circuitId)
    {
        RawCell cell = await ReadAsync();
        Assert.Equal((circuitId, CellCommand.Destroy), (cell.CircuitId, cell.Command));
        return (DestroyReason)cell.Body[0];
    }

    private void Receive()
    {
        _length += transport.Read(_buffer.AsSpan(_length));
        int used = 0;
        while (CellFormat.Wide.TryRead(_buffer.AsSpan(used, _length - used), 10_000, out CellHeader header, out int length))
        {
            _cells.Enqueue(new RawCell(
                header.CircuitId, header.Command, _buffer.AsSpan(used + header.HeaderLength, header.BodyLength).ToArray()));
            used += length;
        }

        _buffer.AsSpan(used, _length - used).CopyTo(_buffer);
        _length -= used;
    }
}

internal sealed record RawCell(uint CircuitId, CellCommand Command, byte[] Body);
