using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.Cells;

namespace Tunic.Tor.Protocol.RelayMessages;

/// <summary>How one relay message lies in the 509 bytes of a RELAY or RELAY_EARLY cell. A property of the hop: one circuit may mix
/// both. Has no state and allocates nothing.</summary>
public abstract class RelayCellFormat
{
    // the zeros after a message leave room for a format that packs several into one cell (tor-spec, "Relay cells")
    private const int ZerosAfterMessage = 4;

    private protected RelayCellFormat()
    {
    }

    /// <summary>command 1, recognized 2, stream id 2, digest 4, length 2, body (tor-spec, "Relay cells").</summary>
    public static RelayCellFormat V0 { get; } = new RelayCellFormatV0();

    /// <summary>tag 16, command 1, length 2, stream id 2 for stream commands only, body (proposal 359).</summary>
    public static RelayCellFormat V1 { get; } = new RelayCellFormatV1();

    /// <summary>Most bytes of a body: v0 498; v1 488 with a stream id and 490 without.</summary>
    public abstract int MaxBodyLength(bool withStreamId);

    /// <summary>Most bytes of the body of this command's messages.</summary>
    public int MaxBodyLength(RelayCommand command) => MaxBodyLength(command.HasStreamId);

    /// <summary>Reads the header of a decrypted and recognised cell.</summary>
    /// <param name="payload">The cell's body, <see cref="Cell.BodyLength"/> bytes.</param>
    /// <param name="header">What it says; valid only when true is returned.</param>
    /// <returns>False when the length runs past the cell, or in v1 when the command is unknown: the circuit must be closed.</returns>
    /// <exception cref="ArgumentException"><paramref name="payload"/> has another length.</exception>
    public abstract bool TryReadHeader(ReadOnlySpan<byte> payload, out RelayHeader header);

    /// <summary>Writes a whole cell body. Recognized, digest and tag are left zero for the hop's cipher; the room after the message is
    /// four zeros and then random, so that nobody who did not see the cell can know its digest (proposal 289).</summary>
    /// <param name="payload">The cell's body, <see cref="Cell.BodyLength"/> bytes; whatever it held is overwritten.</param>
    /// <param name="command">The message's command.</param>
    /// <param name="streamId">The stream, or 0. In v1 it must be 0 exactly for the commands without a stream.</param>
    /// <param name="body">At most <see cref="MaxBodyLength(RelayCommand)"/> bytes; must not overlap the payload.</param>
    /// <param name="padding">Asked at most once per cell, so it should be a cheap one: <see cref="PaddingSource"/>.</param>
    /// <exception cref="ArgumentException">A length is wrong, or v1 cannot express the stream id.</exception>
    public abstract void Write(
        Span<byte> payload, RelayCommand command, ushort streamId, ReadOnlySpan<byte> body, RandomSource padding);

    private protected static void CheckPayload(int length)
    {
        if (length != Cell.BodyLength)
        {
            throw new ArgumentException($"a cell body has {Cell.BodyLength} bytes, not {length}");
        }
    }

    private protected static void WriteBody(Span<byte> payload, int offset, ReadOnlySpan<byte> body, RandomSource padding)
    {
        int room = payload.Length - offset;
        if (body.Length > room)
        {
            throw new ArgumentException($"a body of {body.Length} bytes does not fit into {room}", nameof(body));
        }

        body.CopyTo(payload[offset..]);
        Span<byte> rest = payload[(offset + body.Length)..];
        int zeros = Math.Min(ZerosAfterMessage, rest.Length);
        rest[..zeros].Clear();
        if (rest.Length > zeros)
        {
            padding.Fill(rest[zeros..]);
        }
    }
}
