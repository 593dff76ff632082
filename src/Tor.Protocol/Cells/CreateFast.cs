using Tunic.Primitives.Bytes;

namespace Tunic.Tor.Protocol.Cells;

/// <summary>CREATE_FAST: starts a circuit whose keys rest on the link's encryption alone (tor-spec, "CREATE_FAST/CREATED_FAST cells").</summary>
/// <param name="Handshake">X, <see cref="HandshakeLength"/> bytes.</param>
public sealed record CreateFast(ReadOnlyMemory<byte> Handshake)
{
    /// <summary>Bytes of X.</summary>
    public const int HandshakeLength = 20;

    /// <summary>Reads the body; what follows X is padding.</summary>
    /// <exception cref="MalformedMessageException">The body is too short.</exception>
    public static CreateFast Decode(ReadOnlySpan<byte> body) => new(new ByteReader(body).ReadBytes(HandshakeLength).ToArray());

    /// <summary>The body as a new array, without padding.</summary>
    /// <exception cref="ArgumentException">X has another length.</exception>
    public byte[] Encode() => Handshake.Length == HandshakeLength
        ? Handshake.ToArray()
        : throw new ArgumentException($"X has {HandshakeLength} bytes, not {Handshake.Length}");
}
