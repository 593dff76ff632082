using Tunic.Primitives.Bytes;

namespace Tunic.Tor.Protocol.Cells;

/// <summary>VERSIONS: the link versions that the sender speaks (tor-spec, "Negotiating versions with VERSIONS cells").</summary>
/// <param name="Numbers">In the order received; unknown and repeated ones are kept.</param>
public sealed record Versions(IReadOnlyList<ushort> Numbers)
{
    /// <summary>Reads the body, which has no padding.</summary>
    /// <exception cref="MalformedMessageException">The length is odd.</exception>
    public static Versions Decode(ReadOnlySpan<byte> body)
    {
        var reader = new ByteReader(body);
        var numbers = new List<ushort>();
        while (reader.Remaining > 0)
        {
            numbers.Add(reader.ReadUInt16());
        }

        return new Versions(numbers);
    }

    /// <summary>The body as a new array.</summary>
    public byte[] Encode()
    {
        var body = new byte[2 * Numbers.Count];
        var writer = new ByteWriter(body);
        foreach (ushort number in Numbers)
        {
            writer.WriteUInt16(number);
        }

        return body;
    }
}
