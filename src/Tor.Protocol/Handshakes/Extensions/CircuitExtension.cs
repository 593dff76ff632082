using Tunic.Primitives.Bytes;

namespace Tunic.Tor.Protocol.Handshakes.Extensions;

/// <summary>
/// One extension of a circuit handshake. The message inside ntor-v3 is a list of them: a count, then type, length and
/// body of each (stock trunnel "extension"). An empty list is one zero byte, never nothing.
/// </summary>
public abstract class CircuitExtension
{
    private protected CircuitExtension(CircuitExtensionType type) => Type = type;

    /// <summary>What it is about. May be a value without a name: see <see cref="UnknownCircuitExtension"/>.</summary>
    public CircuitExtensionType Type { get; }

    internal abstract int BodyLength { get; }

    internal abstract void EncodeBody(ref ByteWriter writer);

    /// <summary>Reads the message inside ntor-v3. Bytes after the last extension are ignored, as stock tor does.</summary>
    /// <exception cref="MalformedMessageException">The list runs past the message, or a body breaks its format.</exception>
    public static IReadOnlyList<CircuitExtension> DecodeList(ReadOnlySpan<byte> message)
    {
        var reader = new ByteReader(message);
        var extensions = new CircuitExtension[reader.ReadByte()];
        for (int i = 0; i < extensions.Length; i++)
        {
            var type = (CircuitExtensionType)reader.ReadByte();
            int length = reader.ReadByte();
            extensions[i] = Decode(type, reader.ReadBytes(length));
        }

        return extensions;
    }

    /// <summary>Writes a list, sorted by type as stock tor sends it.</summary>
    /// <exception cref="ArgumentException">More than 255 extensions.</exception>
    public static byte[] EncodeList(IReadOnlyList<CircuitExtension> extensions)
    {
        if (extensions.Count > byte.MaxValue)
        {
            throw new ArgumentException($"a list has at most 255 extensions, not {extensions.Count}", nameof(extensions));
        }

        var message = new byte[1 + extensions.Sum(extension => 2 + extension.BodyLength)];
        var writer = new ByteWriter(message);
        writer.WriteByte((byte)extensions.Count);
        foreach (CircuitExtension extension in extensions.OrderBy(extension => extension.Type))
        {
            writer.WriteByte((byte)extension.Type);
            writer.WriteByte((byte)extension.BodyLength);
            extension.EncodeBody(ref writer);
        }

        return message;
    }

    private static CircuitExtension Decode(CircuitExtensionType type, ReadOnlySpan<byte> body) => type switch
    {
        CircuitExtensionType.CongestionControlRequest => CongestionControlRequest.Instance,
        CircuitExtensionType.CongestionControlResponse => CongestionControlResponse.DecodeBody(body),
        CircuitExtensionType.SubprotocolRequest => SubprotocolRequest.DecodeBody(body),
        _ => new UnknownCircuitExtension((byte)type, body),
    };
}
