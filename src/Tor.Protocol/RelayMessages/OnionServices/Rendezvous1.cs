using Tunic.Primitives.Bytes;
using Tunic.Primitives.Time;

namespace Tunic.Tor.Protocol.RelayMessages.OnionServices;

/// <summary>RENDEZVOUS1: a service asks the rendezvous point to join its circuit to the client's (rend-spec-v3, "Joining"; stock hs_circuit.c).</summary>
/// <param name="Cookie">Which client.</param>
/// <param name="Handshake">HANDSHAKE_INFO for the client, and padding: all that follows the cookie.</param>
public sealed record Rendezvous1(RendezvousCookie Cookie, ReadOnlyMemory<byte> Handshake)
{
    // as long as in the days of Diffie-Hellman handshakes, so that the two look alike (HS_LEGACY_RENDEZVOUS_CELL_SIZE)
    private const int MinLength = 168;

    /// <summary>Reads the body.</summary>
    /// <exception cref="MalformedMessageException">The cookie is cut off.</exception>
    public static Rendezvous1 Decode(ReadOnlySpan<byte> body)
    {
        var reader = new ByteReader(body);
        var cookie = new RendezvousCookie(reader.ReadBytes(RendezvousCookie.Length));
        return new Rendezvous1(cookie, reader.ReadRest().ToArray());
    }

    /// <summary>The body as a new array, at least 168 bytes long.</summary>
    /// <param name="padding">Fills what is missing.</param>
    public byte[] Encode(RandomSource padding)
    {
        var body = new byte[Math.Max(MinLength, RendezvousCookie.Length + Handshake.Length)];
        var writer = new ByteWriter(body);
        Cookie.CopyTo(writer.Take(RendezvousCookie.Length));
        writer.WriteBytes(Handshake.Span);
        padding.Fill(writer.Take(writer.Remaining));
        return body;
    }
}
