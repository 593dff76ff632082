using System.Buffers.Binary;
using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.Cells;

namespace Tunic.Tor.Protocol.RelayMessages;

/// <summary>The format of tor1 hops (tor-spec, "Relay cells").</summary>
internal sealed class RelayCellFormatV0 : RelayCellFormat
{
    private const int StreamIdOffset = 3;
    private const int LengthOffset = 9;
    private const int BodyOffset = 11;

    public override int MaxBodyLength(bool withStreamId) => Cell.BodyLength - BodyOffset;

    public override bool TryReadHeader(ReadOnlySpan<byte> payload, out RelayHeader header)
    {
        CheckPayload(payload.Length);
        int length = BinaryPrimitives.ReadUInt16BigEndian(payload[LengthOffset..]);
        ushort streamId = BinaryPrimitives.ReadUInt16BigEndian(payload[StreamIdOffset..]);
        header = new RelayHeader((RelayCommand)payload[0], streamId, BodyOffset, length);
        return length <= Cell.BodyLength - BodyOffset;
    }

    public override void Write(
        Span<byte> payload, RelayCommand command, ushort streamId, ReadOnlySpan<byte> body, RandomSource padding)
    {
        CheckPayload(payload.Length);
        WriteBody(payload, BodyOffset, body, padding);
        payload[..BodyOffset].Clear();
        payload[0] = (byte)command;
        BinaryPrimitives.WriteUInt16BigEndian(payload[StreamIdOffset..], streamId);
        BinaryPrimitives.WriteUInt16BigEndian(payload[LengthOffset..], (ushort)body.Length);
    }
}
