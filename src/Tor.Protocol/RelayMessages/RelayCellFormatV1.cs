using System.Buffers.Binary;
using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.Cells;

namespace Tunic.Tor.Protocol.RelayMessages;

/// <summary>The format of CGO hops (proposal 359).</summary>
internal sealed class RelayCellFormatV1 : RelayCellFormat
{
    private const int TagLength = 16;
    private const int CommandOffset = TagLength;
    private const int LengthOffset = 17;
    private const int StreamIdOffset = 19;
    private const int BodyOffsetWithoutStreamId = 19;
    private const int BodyOffsetWithStreamId = 21;

    public override int MaxBodyLength(bool withStreamId) => Cell.BodyLength - BodyOffset(withStreamId);

    public override bool TryReadHeader(ReadOnlySpan<byte> payload, out RelayHeader header)
    {
        CheckPayload(payload.Length);
        var command = (RelayCommand)payload[CommandOffset];
        int length = BinaryPrimitives.ReadUInt16BigEndian(payload[LengthOffset..]);
        bool hasStreamId = command.HasStreamId;
        ushort streamId = hasStreamId ? BinaryPrimitives.ReadUInt16BigEndian(payload[StreamIdOffset..]) : (ushort)0;
        header = new RelayHeader(command, streamId, BodyOffset(hasStreamId), length);

        // where the body starts depends on the command, so an unknown one cannot even be skipped
        return command.IsKnown && length <= Cell.BodyLength - header.BodyOffset;
    }

    public override void Write(
        Span<byte> payload, RelayCommand command, ushort streamId, ReadOnlySpan<byte> body, RandomSource padding)
    {
        CheckPayload(payload.Length);
        bool hasStreamId = command.HasStreamId;
        if (!command.IsKnown || hasStreamId != (streamId != 0))
        {
            throw new ArgumentException($"relay command {command} with stream id {streamId} cannot be written", nameof(streamId));
        }

        WriteBody(payload, BodyOffset(hasStreamId), body, padding);
        payload[..TagLength].Clear();
        payload[CommandOffset] = (byte)command;
        BinaryPrimitives.WriteUInt16BigEndian(payload[LengthOffset..], (ushort)body.Length);
        if (hasStreamId)
        {
            BinaryPrimitives.WriteUInt16BigEndian(payload[StreamIdOffset..], streamId);
        }
    }

    private static int BodyOffset(bool withStreamId) => withStreamId ? BodyOffsetWithStreamId : BodyOffsetWithoutStreamId;
}
