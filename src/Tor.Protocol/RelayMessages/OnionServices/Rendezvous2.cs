using Tunic.Primitives.Bytes;

namespace Tunic.Tor.Protocol.RelayMessages.OnionServices;

/// <summary>RENDEZVOUS2: the service's answer reaches the client, and the circuits are joined (rend-spec-v3, "Joining").</summary>
/// <param name="Handshake">HANDSHAKE_INFO, <see cref="HandshakeLength"/> bytes: the service's key and its proof.</param>
public sealed record Rendezvous2(ReadOnlyMemory<byte> Handshake)
{
    /// <summary>Bytes of the service's answer.</summary>
    public const int HandshakeLength = 64;

    /// <summary>Reads the body; what follows the answer is padding.</summary>
    /// <exception cref="MalformedMessageException">It is cut off.</exception>
    public static Rendezvous2 Decode(ReadOnlySpan<byte> body) => new(new ByteReader(body).ReadBytes(HandshakeLength).ToArray());

    /// <summary>The body as a new array, without padding.</summary>
    public byte[] Encode() => Handshake.ToArray();
}
