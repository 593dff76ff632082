using Tunic.Primitives.Bytes;

namespace Tunic.Tor.Protocol.RelayMessages;

/// <summary>XON: go on sending on this stream, at this rate (proposal 324, "Flow control").</summary>
/// <param name="KilobytesPerSecond">In units of 1,000 bytes, whatever the proposal's name of the field suggests; 0 for no limit.</param>
public readonly record struct Xon(uint KilobytesPerSecond)
{
    private const byte Version = 0;
    private const int Length = 5;

    /// <summary>Reads the body; what follows the rate is ignored.</summary>
    /// <exception cref="MalformedMessageException">Too short, or an unknown version.</exception>
    public static Xon Decode(ReadOnlySpan<byte> body)
    {
        var reader = new ByteReader(body);
        byte version = reader.ReadByte();
        if (version != Version)
        {
            throw new MalformedMessageException($"XON version {version}");
        }

        return new Xon(reader.ReadUInt32());
    }

    /// <summary>The body as a new array.</summary>
    public byte[] Encode()
    {
        var body = new byte[Length];
        var writer = new ByteWriter(body);
        writer.WriteByte(Version);
        writer.WriteUInt32(KilobytesPerSecond);
        return body;
    }
}
