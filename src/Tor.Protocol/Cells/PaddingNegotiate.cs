using Tunic.Primitives.Bytes;

namespace Tunic.Tor.Protocol.Cells;

/// <summary>PADDING_NEGOTIATE: a client asks its guard to pad the link, or not to (tor-spec, "Link padding"; padding-spec).</summary>
/// <param name="Start">False to stop.</param>
/// <param name="LowMilliseconds">Shortest pause before padding; the receiver clamps it.</param>
/// <param name="HighMilliseconds">Longest pause before padding; the receiver clamps it.</param>
public readonly record struct PaddingNegotiate(bool Start, ushort LowMilliseconds, ushort HighMilliseconds)
{
    /// <summary>Bytes of the body that mean something.</summary>
    public const int Length = 6;

    private const byte Version = 0;
    private const byte StopCommand = 1;
    private const byte StartCommand = 2;

    /// <summary>Reads the body; the rest is padding.</summary>
    /// <exception cref="MalformedMessageException">Too short, or an unknown version or command: stock drops the cell and keeps the
    /// link.</exception>
    public static PaddingNegotiate Decode(ReadOnlySpan<byte> body)
    {
        var reader = new ByteReader(body);
        byte version = reader.ReadByte();
        byte command = reader.ReadByte();
        if (version != Version || command is not (StopCommand or StartCommand))
        {
            throw new MalformedMessageException($"PADDING_NEGOTIATE version {version}, command {command}");
        }

        return new PaddingNegotiate(command == StartCommand, reader.ReadUInt16(), reader.ReadUInt16());
    }

    /// <summary>The body as a new array, without padding.</summary>
    public byte[] Encode()
    {
        var body = new byte[Length];
        var writer = new ByteWriter(body);
        writer.WriteByte(Version);
        writer.WriteByte(Start ? StartCommand : StopCommand);
        writer.WriteUInt16(LowMilliseconds);
        writer.WriteUInt16(HighMilliseconds);
        return body;
    }
}
