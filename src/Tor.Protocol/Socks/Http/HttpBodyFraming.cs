namespace Tunic.Tor.Protocol.Socks.Http;

/// <summary>How the end of an HTTP body is found.</summary>
/// <param name="Kind">The way.</param>
/// <param name="Length">Bytes of the body for <see cref="HttpBodyKind.Length"/>, more than 0; 0 otherwise.</param>
public readonly record struct HttpBodyFraming(HttpBodyKind Kind, long Length = 0)
{
    /// <summary>A body of that length; none for 0.</summary>
    public static HttpBodyFraming OfLength(long length) => length == 0 ? default : new HttpBodyFraming(HttpBodyKind.Length, length);
}
