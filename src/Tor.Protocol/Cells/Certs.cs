using Tunic.Primitives.Bytes;

namespace Tunic.Tor.Protocol.Cells;

/// <summary>CERTS: the sender's certificates (tor-spec, "CERTS cells"). Which of them must be there, and that none is there twice,
/// is for the link handshake to check.</summary>
/// <param name="Certificates">In the order received, unknown types and duplicates included; at most 255.</param>
public sealed record Certs(IReadOnlyList<LinkCertificate> Certificates)
{
    private const int EntryHeaderLength = 3;

    /// <summary>The first certificate of this type, null without one.</summary>
    public LinkCertificate? Find(LinkCertificateType type) => Certificates.FirstOrDefault(item => item.Type == type);

    /// <summary>How many certificates have this type; more than one breaks the protocol for the types that have a name.</summary>
    public int CountOf(LinkCertificateType type) => Certificates.Count(item => item.Type == type);

    /// <summary>Reads the body; what follows the last certificate is padding.</summary>
    /// <exception cref="MalformedMessageException">A certificate is cut off.</exception>
    public static Certs Decode(ReadOnlySpan<byte> body)
    {
        var reader = new ByteReader(body);
        int count = reader.ReadByte();
        var certificates = new List<LinkCertificate>();
        for (int i = 0; i < count; i++)
        {
            var type = (LinkCertificateType)reader.ReadByte();
            int length = reader.ReadUInt16();
            certificates.Add(new LinkCertificate(type, reader.ReadBytes(length).ToArray()));
        }

        return new Certs(certificates);
    }

    /// <summary>The body as a new array.</summary>
    /// <exception cref="ArgumentException">Too many certificates, or one too long, for their length fields.</exception>
    public byte[] Encode()
    {
        if (Certificates.Count > byte.MaxValue || Certificates.Any(item => item.Bytes.Length > ushort.MaxValue))
        {
            throw new ArgumentException($"CERTS holds {byte.MaxValue} certificates of {ushort.MaxValue} bytes at most");
        }

        var body = new byte[1 + Certificates.Sum(item => EntryHeaderLength + item.Bytes.Length)];
        var writer = new ByteWriter(body);
        writer.WriteByte((byte)Certificates.Count);
        foreach (LinkCertificate certificate in Certificates)
        {
            writer.WriteByte((byte)certificate.Type);
            writer.WriteUInt16((ushort)certificate.Bytes.Length);
            writer.WriteBytes(certificate.Bytes.Span);
        }

        return body;
    }
}
