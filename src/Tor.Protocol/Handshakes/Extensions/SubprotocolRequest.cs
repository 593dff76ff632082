using Tunic.Primitives.Bytes;
using Tunic.Tor.Protocol.Documents;

namespace Tunic.Tor.Protocol.Handshakes.Extensions;

/// <summary>Protocol versions that the relay must enable on this circuit, or else refuse it (proposal 346).</summary>
public sealed class SubprotocolRequest : CircuitExtension
{
    private const int MaxVersions = byte.MaxValue / 2;

    /// <summary>A request for <paramref name="versions"/>; sorted here, as the wire wants them.</summary>
    /// <exception cref="ArgumentException">A version stands twice, or there are more than 127.</exception>
    public SubprotocolRequest(params ReadOnlySpan<SubprotocolVersion> versions)
        : base(CircuitExtensionType.SubprotocolRequest)
    {
        SubprotocolVersion[] sorted = versions.ToArray();
        Array.Sort(sorted, (left, right) => left.Order - right.Order);
        if (sorted.Length > MaxVersions || sorted.Distinct().Count() != sorted.Length)
        {
            throw new ArgumentException($"needs at most {MaxVersions} different versions", nameof(versions));
        }

        Versions = sorted;
    }

    /// <summary>Ordered by protocol, then version; none twice.</summary>
    public IReadOnlyList<SubprotocolVersion> Versions { get; }

    internal override int BodyLength => 2 * Versions.Count;

    internal override void EncodeBody(ref ByteWriter writer)
    {
        foreach (SubprotocolVersion version in Versions)
        {
            writer.WriteByte((byte)version.Protocol);
            writer.WriteByte(version.Version);
        }
    }

    /// <exception cref="MalformedMessageException">Half a pair, or the pairs are not sorted and unique.</exception>
    internal static SubprotocolRequest DecodeBody(ReadOnlySpan<byte> body)
    {
        var reader = new ByteReader(body);
        var versions = new List<SubprotocolVersion>();
        int previous = -1;
        while (reader.Remaining > 0)
        {
            var version = new SubprotocolVersion((ProtocolName)reader.ReadByte(), reader.ReadByte());
            if (version.Order <= previous)
            {
                throw new MalformedMessageException("requested subprotocol versions are not sorted and unique");
            }

            previous = version.Order;
            versions.Add(version);
        }

        return new SubprotocolRequest([.. versions]);
    }
}
