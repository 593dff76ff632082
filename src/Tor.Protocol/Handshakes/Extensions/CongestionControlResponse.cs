using Tunic.Primitives.Bytes;

namespace Tunic.Tor.Protocol.Handshakes.Extensions;

/// <summary>The relay enables congestion control on this circuit (proposal 324, "Negotiation").</summary>
/// <param name="sendmeIncrement">sendme_inc: DATA cells per SENDME, 1 to 255. 0 is decodable and never acceptable.</param>
public sealed class CongestionControlResponse(byte sendmeIncrement)
    : CircuitExtension(CircuitExtensionType.CongestionControlResponse)
{
    /// <summary>sendme_inc: DATA cells per SENDME.</summary>
    public byte SendmeIncrement { get; } = sendmeIncrement;

    internal override int BodyLength => 1;

    internal override void EncodeBody(ref ByteWriter writer) => writer.WriteByte(SendmeIncrement);

    internal static CongestionControlResponse DecodeBody(ReadOnlySpan<byte> body) => new(new ByteReader(body).ReadByte());
}
