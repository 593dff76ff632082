using Tunic.Primitives.Bytes;

namespace Tunic.Tor.Protocol.Cells;

/// <summary>CREATED_FAST: the answer to CREATE_FAST (tor-spec, "CREATE_FAST/CREATED_FAST cells").</summary>
/// <param name="Handshake">Y and then the check value KH, together <see cref="HandshakeLength"/> bytes.</param>
public sealed record CreatedFast(ReadOnlyMemory<byte> Handshake)
{
    /// <summary>Bytes of Y and KH together.</summary>
    public const int HandshakeLength = 40;

    /// <summary>Reads the body; what follows KH is padding.</summary>
    /// <exception cref="MalformedMessageException">The body is too short.</exception>
    public static CreatedFast Decode(ReadOnlySpan<byte> body) => new(new ByteReader(body).ReadBytes(HandshakeLength).ToArray());

    /// <summary>The body as a new array, without padding.</summary>
    /// <exception cref="ArgumentException">Y and KH have another length.</exception>
    public byte[] Encode() => Handshake.Length == HandshakeLength
        ? Handshake.ToArray()
        : throw new ArgumentException($"Y and KH have {HandshakeLength} bytes, not {Handshake.Length}");
}
