using System.Net;

namespace Tunic.Tor.Protocol.Links;

/// <summary>What both ends know once the link is open.</summary>
public sealed record LinkResult
{
    /// <summary>Link version, 3 to 5.</summary>
    public required int Version { get; init; }

    /// <summary>Which end we are.</summary>
    public required LinkRole Role { get; init; }

    /// <summary>Who the peer has proved to be. Null: it connected without proving anything, so it is a client.</summary>
    public required PeerIdentity? Peer { get; init; }

    /// <summary>Whether we have proved who we are: a responder always has. When false the peer treats us as a client.</summary>
    public required bool AuthenticatedToPeer { get; init; }

    /// <summary>Our clock less the peer's. Null when the peer told no time, or the handshake took too long to tell anything.
    /// Worth nothing unless <see cref="Peer"/> is trusted.</summary>
    public required TimeSpan? ClockSkew { get; init; }

    /// <summary>Our address as the peer sees it, or says so.</summary>
    public required IPAddress OwnAddress { get; init; }

    /// <summary>The addresses that the peer says it has; none from clients.</summary>
    public required IReadOnlyList<IPAddress> PeerAddresses { get; init; }

    /// <summary>Whether the TCP connection leads to one of <see cref="PeerAddresses"/>: only then may it serve others' circuits.</summary>
    public required bool IsCanonical { get; init; }

    /// <summary>Whether the peer sees us at an address that we publish, and so takes the link for canonical.</summary>
    public required bool IsCanonicalToPeer { get; init; }

    /// <summary>Which ids our own circuits get.</summary>
    public required CircuitIdHalf OwnCircuitIds { get; init; }

    /// <summary>Which ids the peer's circuits must have.</summary>
    public required CircuitIdHalf PeerCircuitIds { get; init; }
}
