using Tunic.Primitives.Bytes;

namespace Tunic.Tor.Protocol.RelayMessages;

/// <summary>SENDME: so many cells have arrived, send as many more (tor-spec, "Circuit-level flow control"; proposal 289).</summary>
/// <remarks>A view without allocation, since the endpoints of every busy circuit make and read these all the time.</remarks>
public readonly ref struct Sendme
{
    /// <summary>Bytes of the tag on a CGO hop.</summary>
    public const int CgoTagLength = 16;

    /// <summary>Bytes of the tag on a tor1 hop.</summary>
    public const int Tor1TagLength = 20;

    /// <summary>Longest encoded body.</summary>
    public const int MaxLength = HeaderLength + Tor1TagLength;

    private const int HeaderLength = 3;

    private Sendme(byte version, ReadOnlySpan<byte> tag)
    {
        Version = version;
        Tag = tag;
    }

    /// <summary>Version 1: proves that the cell with this tag has arrived. The span is kept, not copied.</summary>
    /// <param name="tag">16 or 20 bytes.</param>
    /// <exception cref="ArgumentException">Another length.</exception>
    public Sendme(ReadOnlySpan<byte> tag)
        : this(1, tag)
    {
        if (!IsTagLength(tag.Length))
        {
            throw new ArgumentException($"a tag has {CgoTagLength} or {Tor1TagLength} bytes, not {tag.Length}", nameof(tag));
        }
    }

    /// <summary>0 without proof (all stream SENDMEs are), 1 with.</summary>
    public byte Version { get; }

    /// <summary>Of the cell that is acknowledged, 16 or 20 bytes; empty in version 0. Aliases the body that was decoded.</summary>
    public ReadOnlySpan<byte> Tag { get; }

    /// <summary>Reads the body; an empty one is version 0. What follows the tag is ignored.</summary>
    /// <exception cref="MalformedMessageException">The version is above 1, the tag's length is neither 16 nor 20, or it is cut
    /// off.</exception>
    public static Sendme Decode(ReadOnlySpan<byte> body)
    {
        if (body.IsEmpty)
        {
            return default;
        }

        var reader = new ByteReader(body);
        byte version = reader.ReadByte();
        int length = reader.ReadUInt16();
        if (version > 1 || !IsTagLength(length))
        {
            throw new MalformedMessageException($"SENDME version {version} with {length} bytes");
        }

        ReadOnlySpan<byte> tag = reader.ReadBytes(length);
        return version == 0 ? default : new Sendme(version, tag);
    }

    /// <summary>Writes the body to the front of <paramref name="destination"/>.</summary>
    /// <returns>Bytes written: 0, 19 or 23.</returns>
    public int Encode(Span<byte> destination)
    {
        if (Version == 0)
        {
            return 0;
        }

        var writer = new ByteWriter(destination);
        writer.WriteByte(Version);
        writer.WriteUInt16((ushort)Tag.Length);
        writer.WriteBytes(Tag);
        return writer.Length;
    }

    /// <summary>The body as a new array.</summary>
    public byte[] Encode()
    {
        Span<byte> body = stackalloc byte[MaxLength];
        return body[..Encode(body)].ToArray();
    }

    private static bool IsTagLength(int length) => length is CgoTagLength or Tor1TagLength;
}
