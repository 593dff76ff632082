namespace Tunic.Tor.Relay.DirectoryCache;

/// <summary>A document that is served often and whole: each encoding is made once, when somebody first asks for it.</summary>
/// <remarks>Immutable to its users; safe to use from several threads.</remarks>
public sealed class ServedText(ReadOnlyMemory<byte> text)
{
    private readonly Lazy<ReadOnlyMemory<byte>> _deflated = new(() => DirectoryEncodings.Encode(DirectoryEncoding.Deflate, text.Span));
    private readonly Lazy<ReadOnlyMemory<byte>> _zipped = new(() => DirectoryEncodings.Encode(DirectoryEncoding.Gzip, text.Span));

    /// <summary>The text itself.</summary>
    public ReadOnlyMemory<byte> Text => text;

    /// <summary>The text in one encoding.</summary>
    public ReadOnlyMemory<byte> Encoded(DirectoryEncoding encoding) => encoding switch
    {
        DirectoryEncoding.Deflate => _deflated.Value,
        DirectoryEncoding.Gzip => _zipped.Value,
        _ => text,
    };
}
