using Tunic.Primitives.Bytes;
using Tunic.Tor.Protocol.Cells;

namespace Tunic.Tor.Protocol.RelayMessages;

/// <summary>EXTENDED2: the new hop's answer, passed on by the hop before it (tor-spec, "EXTEND and EXTENDED cells").</summary>
/// <param name="Handshake">HDATA of the CREATED2 cell; at most <see cref="Created2.MaxHandshakeLength"/> bytes.</param>
public sealed record Extended2(ReadOnlyMemory<byte> Handshake)
{
    /// <summary>Reads the body; what follows the handshake is ignored.</summary>
    /// <exception cref="MalformedMessageException">HLEN runs past the body or is over the limit.</exception>
    public static Extended2 Decode(ReadOnlySpan<byte> body) => new(Created2.Decode(body).Handshake);

    /// <summary>The body as a new array.</summary>
    /// <exception cref="ArgumentException">The handshake is too long.</exception>
    public byte[] Encode() => new Created2(Handshake).Encode();
}
