using System.IO.Compression;

namespace Tunic.Tor.Relay.DirectoryCache;

/// <summary>Chooses, names and applies encodings.</summary>
internal static class DirectoryEncodings
{
    /// <summary>The one to use among those accepted: deflate before gzip, which is the same with a larger frame.</summary>
    public static DirectoryEncoding Best(DirectoryEncoding accepted) =>
        accepted.HasFlag(DirectoryEncoding.Deflate) ? DirectoryEncoding.Deflate
        : accepted.HasFlag(DirectoryEncoding.Gzip) ? DirectoryEncoding.Gzip
        : DirectoryEncoding.Identity;

    /// <summary>Reads an Accept-Encoding list; what is not known is ignored.</summary>
    public static DirectoryEncoding ParseAccepted(string list)
    {
        var accepted = DirectoryEncoding.Identity;
        foreach (string name in list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            accepted |= name switch
            {
                "deflate" => DirectoryEncoding.Deflate,
                "gzip" or "x-gzip" => DirectoryEncoding.Gzip,
                _ => DirectoryEncoding.Identity,
            };
        }

        return accepted;
    }

    /// <summary>The word in Content-Encoding.</summary>
    public static string NameOf(DirectoryEncoding encoding) => encoding switch
    {
        DirectoryEncoding.Deflate => "deflate",
        DirectoryEncoding.Gzip => "gzip",
        _ => "identity",
    };

    /// <summary>A stream that encodes what is written to it into another, which stays open; null for identity.</summary>
    public static Stream? CreateEncoder(DirectoryEncoding encoding, Stream target, CompressionLevel level) => encoding switch
    {
        DirectoryEncoding.Deflate => new ZLibStream(target, level, leaveOpen: true),
        DirectoryEncoding.Gzip => new GZipStream(target, level, leaveOpen: true),
        _ => null,
    };

    /// <summary>The whole text encoded, as small as it gets: for what is served many times.</summary>
    public static ReadOnlyMemory<byte> Encode(DirectoryEncoding encoding, ReadOnlySpan<byte> text)
    {
        using var encoded = new MemoryStream();
        using (Stream encoder = CreateEncoder(encoding, encoded, CompressionLevel.SmallestSize)!)
        {
            encoder.Write(text);
        }

        return encoded.ToArray();
    }

    /// <summary>Undoes <see cref="Encode"/> with <see cref="DirectoryEncoding.Deflate"/>; for our own bytes only.</summary>
    public static byte[] Inflate(ReadOnlyMemory<byte> encoded)
    {
        using var inflater = new ZLibStream(new MemoryStream(encoded.ToArray(), writable: false), CompressionMode.Decompress);
        using var text = new MemoryStream();
        inflater.CopyTo(text);
        return text.ToArray();
    }
}
