using Tunic.Primitives.Bytes;

namespace Tunic.Tor.Protocol.Cells;

/// <summary>CREATE2: asks the peer to start a circuit (tor-spec, "CREATE and CREATED cells"). EXTEND2 ends with the same fields.</summary>
/// <param name="Type">HTYPE; a value without a name is kept, for the relay to answer with DESTROY or to pass on.</param>
/// <param name="Handshake">HDATA, the client's half of the handshake; at most <see cref="MaxHandshakeLength"/> bytes.</param>
public sealed record Create2(HandshakeType Type, ReadOnlyMemory<byte> Handshake)
{
    /// <summary>Most bytes of handshake that fit into a cell.</summary>
    public const int MaxHandshakeLength = Cell.BodyLength - HeaderLength;

    private const int HeaderLength = 4;
    private const int NtorLength = 84;

    /// <summary>Bytes that <see cref="Encode()"/> makes.</summary>
    public int EncodedLength => HeaderLength + Handshake.Length;

    /// <summary>Reads the body; what follows the handshake is padding.</summary>
    /// <exception cref="MalformedMessageException">HLEN runs past the body or past what fits into a cell, or the type is TAP or
    /// CREATE_FAST's, or an ntor handshake has not 84 bytes.</exception>
    public static Create2 Decode(ReadOnlySpan<byte> body)
    {
        var reader = new ByteReader(body);
        var type = (HandshakeType)reader.ReadUInt16();
        int length = reader.ReadUInt16();
        ReadOnlySpan<byte> handshake = reader.ReadBytes(length);
        if (length > MaxHandshakeLength)
        {
            throw new MalformedMessageException($"handshake of {length} bytes");
        }

        if (type is HandshakeType.Tap or HandshakeType.Fast)
        {
            throw new MalformedMessageException($"handshake type {type} is not allowed here");
        }

        if (type == HandshakeType.Ntor && length != NtorLength)
        {
            throw new MalformedMessageException($"ntor handshake of {length} bytes");
        }

        return new Create2(type, handshake.ToArray());
    }

    /// <summary>The body as a new array, without padding.</summary>
    public byte[] Encode()
    {
        var body = new byte[EncodedLength];
        Encode(body);
        return body;
    }

    /// <summary>Writes the body, without padding, to the front of <paramref name="destination"/>.</summary>
    /// <returns><see cref="EncodedLength"/>.</returns>
    /// <exception cref="ArgumentException">The handshake is too long for a cell, or the destination too short.</exception>
    public int Encode(Span<byte> destination)
    {
        if (Handshake.Length > MaxHandshakeLength)
        {
            throw new ArgumentException($"a handshake of {Handshake.Length} bytes does not fit into a cell");
        }

        var writer = new ByteWriter(destination);
        writer.WriteUInt16((ushort)Type);
        writer.WriteUInt16((ushort)Handshake.Length);
        writer.WriteBytes(Handshake.Span);
        return writer.Length;
    }
}
