using System.Net;
using Tunic.Primitives.Time;

namespace Tunic.Tor.Protocol.Links;

/// <summary>What a link handshake has to know about the connection and about us.</summary>
public sealed record LinkHandshakeParameters
{
    /// <summary>The TLS connection.</summary>
    public required TlsBinding Tls { get; init; }

    /// <summary>Where the TCP connection leads or comes from.</summary>
    public required IPAddress PeerAddress { get; init; }

    /// <summary>For the challenge and the random part of AUTHENTICATE.</summary>
    public required RandomSource Random { get; init; }

    /// <summary>A relay's certificates. Null: an initiator that stays anonymous, as clients and bridges do; a responder needs them.</summary>
    public LinkCertificates? Certificates { get; init; }

    /// <summary>A relay's published addresses, at most one of each family. Anonymous initiators never send them.</summary>
    public IReadOnlyList<IPAddress> OwnAddresses { get; init; } = [];

    /// <summary>Whom an initiator wants to reach.</summary>
    public ExpectedPeer Expected { get; init; } = ExpectedPeer.Anyone;

    /// <summary>What the peer may cost.</summary>
    public LinkHandshakeLimits Limits { get; init; } = new();
}
