namespace Tunic.Tor.Relay.DirectoryCache;

/// <summary>Encodings of HTTP bodies that this directory speaks; several at once for what an asker accepts. LZMA and zstd are left to others.</summary>
[Flags]
public enum DirectoryEncoding
{
    /// <summary>As it is. Everybody accepts it.</summary>
    Identity = 0,

    /// <summary>zlib (RFC 1950), which HTTP calls deflate.</summary>
    Deflate = 1,

    /// <summary>gzip (RFC 1952).</summary>
    Gzip = 2,
}
