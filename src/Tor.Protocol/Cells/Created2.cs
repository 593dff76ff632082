using Tunic.Primitives.Bytes;

namespace Tunic.Tor.Protocol.Cells;

/// <summary>CREATED2: the answer to CREATE2 (tor-spec, "CREATE and CREATED cells"). EXTENDED2 has the same body.</summary>
/// <param name="Handshake">HDATA, the relay's half of the handshake; at most <see cref="MaxHandshakeLength"/> bytes.</param>
public sealed record Created2(ReadOnlyMemory<byte> Handshake)
{
    /// <summary>Longest handshake: a longer one would fit into this cell, but not into the EXTENDED2 that carries it on.</summary>
    public const int MaxHandshakeLength = 496;

    private const int HeaderLength = 2;

    /// <summary>Reads the body; what follows the handshake is padding.</summary>
    /// <exception cref="MalformedMessageException">HLEN runs past the body or is over <see cref="MaxHandshakeLength"/>.</exception>
    public static Created2 Decode(ReadOnlySpan<byte> body)
    {
        var reader = new ByteReader(body);
        int length = reader.ReadUInt16();
        if (length > MaxHandshakeLength)
        {
            throw new MalformedMessageException($"handshake of {length} bytes");
        }

        return new Created2(reader.ReadBytes(length).ToArray());
    }

    /// <summary>The body as a new array, without padding.</summary>
    /// <exception cref="ArgumentException">The handshake is too long.</exception>
    public byte[] Encode()
    {
        if (Handshake.Length > MaxHandshakeLength)
        {
            throw new ArgumentException($"a handshake of {Handshake.Length} bytes is too long");
        }

        var body = new byte[HeaderLength + Handshake.Length];
        var writer = new ByteWriter(body);
        writer.WriteUInt16((ushort)Handshake.Length);
        writer.WriteBytes(Handshake.Span);
        return body;
    }
}
