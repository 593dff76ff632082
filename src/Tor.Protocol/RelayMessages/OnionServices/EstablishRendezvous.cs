using Tunic.Primitives.Bytes;

namespace Tunic.Tor.Protocol.RelayMessages.OnionServices;

/// <summary>ESTABLISH_RENDEZVOUS: a client makes a relay its rendezvous point (rend-spec-v3, "Establishing a rendezvous point").</summary>
/// <param name="Cookie">By which the service will name this circuit.</param>
public sealed record EstablishRendezvous(RendezvousCookie Cookie)
{
    /// <summary>Reads the body, which is the cookie and nothing else.</summary>
    /// <exception cref="MalformedMessageException">Another length.</exception>
    public static EstablishRendezvous Decode(ReadOnlySpan<byte> body)
    {
        var reader = new ByteReader(body);
        var cookie = new RendezvousCookie(reader.ReadBytes(RendezvousCookie.Length));
        reader.RequireEnd();
        return new EstablishRendezvous(cookie);
    }

    /// <summary>The body as a new array.</summary>
    public byte[] Encode() => Cookie.ToArray();
}
