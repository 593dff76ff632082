using Tunic.Primitives.Bytes;

namespace Tunic.Tor.Protocol.RelayMessages.OnionServices;

/// <summary>INTRODUCE_ACK: answers INTRODUCE1 (rend-spec-v3, "INTRODUCE_ACK cell format").</summary>
/// <param name="Status">Values without a name are kept; all but success are failures.</param>
/// <param name="Extensions">None are known.</param>
public sealed record IntroduceAck(IntroduceAckStatus Status, MessageExtensions Extensions)
{
    /// <summary>Reads the body; what follows the extensions is ignored.</summary>
    /// <exception cref="MalformedMessageException">A field is cut off.</exception>
    public static IntroduceAck Decode(ReadOnlySpan<byte> body)
    {
        var reader = new ByteReader(body);
        var status = (IntroduceAckStatus)reader.ReadUInt16();
        return new IntroduceAck(status, MessageExtensions.Read(ref reader));
    }

    /// <summary>The body as a new array.</summary>
    public byte[] Encode()
    {
        var body = new byte[sizeof(ushort) + Extensions.EncodedLength];
        var writer = new ByteWriter(body);
        writer.WriteUInt16((ushort)Status);
        Extensions.Write(ref writer);
        return body;
    }
}
