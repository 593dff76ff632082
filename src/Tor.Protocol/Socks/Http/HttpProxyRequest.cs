namespace Tunic.Tor.Protocol.Socks.Http;

/// <summary>A checked request to an HTTP proxy.</summary>
public sealed record HttpProxyRequest
{
    /// <summary>The method as sent; "CONNECT" for a tunnel.</summary>
    public required string Method { get; init; }

    /// <summary>Where to.</summary>
    public required TargetAddress Target { get; init; }

    /// <summary>The client wants a tunnel; else <see cref="OriginHead"/> is to be sent into the stream.</summary>
    public bool IsConnect { get; init; }

    /// <summary>The head for the origin server: request line in origin form, hop-by-hop headers and all trace of a proxy removed. Empty for CONNECT.</summary>
    public ReadOnlyMemory<byte> OriginHead { get; init; }

    /// <summary>How long the body is that follows; none for CONNECT.</summary>
    public HttpBodyFraming Body { get; init; }

    /// <summary>The client will send another request on this connection, perhaps for another target.</summary>
    public bool KeepsAlive { get; init; }

    /// <summary>The client offers to speak another protocol from here on (RFC 9110, "Upgrade"), and the origin server has been told so.</summary>
    public bool OffersUpgrade { get; init; }

    /// <summary>What keeps the stream apart from others.</summary>
    public HttpIsolation Isolation { get; init; } = HttpIsolation.None;

    /// <summary>Which kind of address the exit should use.</summary>
    public HttpFamilyPreference Family { get; init; }
}
