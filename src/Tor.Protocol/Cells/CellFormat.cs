using System.Buffers.Binary;
using Tunic.Tor.Protocol.Errors;

namespace Tunic.Tor.Protocol.Cells;

/// <summary>How cells are framed on a link (tor-spec, "Cell Packet format"). Has no state and allocates nothing.</summary>
public sealed class CellFormat
{
    private readonly int _circuitIdLength;

    private CellFormat(int circuitIdLength) => _circuitIdLength = circuitIdLength;

    /// <summary>2-byte circuit ids: link version 3, and every link until its VERSIONS cells have been exchanged.</summary>
    public static CellFormat Narrow { get; } = new(2);

    /// <summary>4-byte circuit ids: link version 4 and later.</summary>
    public static CellFormat Wide { get; } = new(4);

    /// <summary>Bytes of a whole fixed-length cell: 512 or 514.</summary>
    public int FixedCellLength => FixedHeaderLength + Cell.BodyLength;

    /// <summary>Bytes before the body of a fixed-length cell: 3 or 5.</summary>
    public int FixedHeaderLength => _circuitIdLength + 1;

    /// <summary>Bytes before the body of a variable-length cell: 5 or 7.</summary>
    public int VariableHeaderLength => _circuitIdLength + 3;

    /// <summary>The greatest circuit id: 65,535 or 4,294,967,295.</summary>
    public uint MaxCircuitId => _circuitIdLength == 2 ? ushort.MaxValue : uint.MaxValue;

    /// <summary>True for VERSIONS and for 128 and above, known or not.</summary>
    public static bool IsVariableLength(CellCommand command) => command == CellCommand.Versions || (byte)command >= 128;

    /// <summary>Bytes of the whole cell that <see cref="Write"/> makes of a body.</summary>
    public int GetCellLength(CellCommand command, int bodyLength) =>
        IsVariableLength(command) ? VariableHeaderLength + bodyLength : FixedCellLength;

    /// <summary>Looks at the front of <paramref name="input"/>, in place, for one whole cell.</summary>
    /// <param name="input">What the link delivered and nobody has used yet; may hold several cells and a part of one.</param>
    /// <param name="maxVariableLength">Longest body of a variable-length cell that the caller puts up with.</param>
    /// <param name="header">The cell's header; the body is the <see cref="CellHeader.BodyLength"/> bytes that follow it.</param>
    /// <param name="cellLength">Bytes of the whole cell: how far to advance.</param>
    /// <returns>False when more bytes are needed.</returns>
    /// <exception cref="ChannelProtocolException">The cell is longer than <paramref name="maxVariableLength"/>; thrown as soon
    /// as its header is there.</exception>
    public bool TryRead(ReadOnlySpan<byte> input, int maxVariableLength, out CellHeader header, out int cellLength)
    {
        header = default;
        cellLength = 0;
        if (input.Length < FixedHeaderLength)
        {
            return false;
        }

        uint circuitId = ReadCircuitId(input);
        var command = (CellCommand)input[_circuitIdLength];
        if (!IsVariableLength(command))
        {
            header = new CellHeader(circuitId, command, Cell.BodyLength, FixedHeaderLength);
            cellLength = FixedCellLength;
            return input.Length >= cellLength;
        }

        if (input.Length < VariableHeaderLength)
        {
            return false;
        }

        int bodyLength = BinaryPrimitives.ReadUInt16BigEndian(input[FixedHeaderLength..]);
        if (bodyLength > maxVariableLength)
        {
            throw new ChannelProtocolException($"{command} cell of {bodyLength} bytes, at most {maxVariableLength} allowed");
        }

        header = new CellHeader(circuitId, command, bodyLength, VariableHeaderLength);
        cellLength = VariableHeaderLength + bodyLength;
        return input.Length >= cellLength;
    }

    /// <summary>Writes a whole cell; a fixed-length one is filled up with zeros.</summary>
    /// <returns>Bytes written: <see cref="GetCellLength"/>.</returns>
    /// <exception cref="ArgumentException">The body or the circuit id is too large for the format, or the destination too short.</exception>
    public int Write(Span<byte> destination, uint circuitId, CellCommand command, ReadOnlySpan<byte> body)
    {
        if (!IsVariableLength(command))
        {
            Span<byte> room = WriteFixedHeader(destination, circuitId, command);
            body.CopyTo(room);
            room[body.Length..].Clear();
            return FixedCellLength;
        }

        if (body.Length > ushort.MaxValue)
        {
            throw new ArgumentException($"a variable-length cell holds {ushort.MaxValue} bytes, not {body.Length}", nameof(body));
        }

        WriteStart(destination, circuitId, command);
        BinaryPrimitives.WriteUInt16BigEndian(destination[FixedHeaderLength..], (ushort)body.Length);
        body.CopyTo(destination[VariableHeaderLength..]);
        return VariableHeaderLength + body.Length;
    }

    /// <summary>Writes the header of a fixed-length cell over the front of <paramref name="cell"/> and leaves the body as it is:
    /// for a relay, which changes the body in place and passes it on under another circuit id.</summary>
    /// <returns>The body, <see cref="Cell.BodyLength"/> bytes; aliases <paramref name="cell"/>.</returns>
    /// <exception cref="ArgumentException">The circuit id is too large for the format, the command has variable length, or the
    /// span is shorter than a cell.</exception>
    public Span<byte> WriteFixedHeader(Span<byte> cell, uint circuitId, CellCommand command)
    {
        if (IsVariableLength(command))
        {
            throw new ArgumentException($"{command} cells have variable length", nameof(command));
        }

        WriteStart(cell, circuitId, command);
        return cell.Slice(FixedHeaderLength, Cell.BodyLength);
    }

    private uint ReadCircuitId(ReadOnlySpan<byte> input) => _circuitIdLength == 2
        ? BinaryPrimitives.ReadUInt16BigEndian(input)
        : BinaryPrimitives.ReadUInt32BigEndian(input);

    private void WriteStart(Span<byte> destination, uint circuitId, CellCommand command)
    {
        if (circuitId > MaxCircuitId)
        {
            throw new ArgumentException($"circuit id {circuitId} needs 4 bytes", nameof(circuitId));
        }

        if (_circuitIdLength == 2)
        {
            BinaryPrimitives.WriteUInt16BigEndian(destination, (ushort)circuitId);
        }
        else
        {
            BinaryPrimitives.WriteUInt32BigEndian(destination, circuitId);
        }

        destination[_circuitIdLength] = (byte)command;
    }
}
