namespace Tunic.Tor.Protocol.Socks.Http;

/// <summary>How the end of an HTTP body is found.</summary>
public enum HttpBodyKind
{
    /// <summary>There is no body.</summary>
    None,

    /// <summary>By <c>Content-Length</c>.</summary>
    Length,

    /// <summary>By the chunked coding.</summary>
    Chunked,

    /// <summary>By the end of the connection; responses only.</summary>
    UntilClose,
}
