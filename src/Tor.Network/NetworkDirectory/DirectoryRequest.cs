namespace Tunic.Tor.Network.NetworkDirectory;

/// <summary>One HTTP request to a directory (dir-spec, "Standards compliance").</summary>
/// <param name="Path">Absolute path, for example "/tor/keys/all.z".</param>
public sealed record DirectoryRequest(string Path)
{
    /// <summary>Body of a POST; null for a GET.</summary>
    public ReadOnlyMemory<byte>? Body { get; init; }

    /// <summary>Sent as If-Modified-Since; null for none.</summary>
    public DateTime? IfModifiedSince { get; init; }

    /// <summary>SHA3-256 digests, upper-case hexadecimal, of consensuses that the answer may be a diff from.</summary>
    public IReadOnlyList<string> DiffFrom { get; init; } = [];

    /// <summary>Most bytes of the answer's body after decompression. Default 16 MiB.</summary>
    public int MaxBodyLength { get; init; } = 16 << 20;
}
