using Tunic.Primitives.Bytes;

namespace Tunic.Tor.Protocol.RelayMessages.OnionServices;

/// <summary>INTRO_ESTABLISHED: the relay is the service's introduction point now (rend-spec-v3, "Acknowledging establishment of introduction points").</summary>
/// <param name="Extensions">None are known.</param>
public sealed record IntroEstablished(MessageExtensions Extensions)
{
    /// <summary>Reads the body; what follows the extensions is ignored.</summary>
    /// <exception cref="MalformedMessageException">An extension is cut off, or there is not even their count.</exception>
    public static IntroEstablished Decode(ReadOnlySpan<byte> body)
    {
        var reader = new ByteReader(body);
        return new IntroEstablished(MessageExtensions.Read(ref reader));
    }

    /// <summary>The body as a new array.</summary>
    public byte[] Encode()
    {
        var body = new byte[Extensions.EncodedLength];
        var writer = new ByteWriter(body);
        Extensions.Write(ref writer);
        return body;
    }
}
