namespace Tunic.Tor.Protocol.RelayMessages;

/// <summary>What a relay message is for (tor-spec, "Relay cells"; the later ones from the proposals named).</summary>
public enum RelayCommand : byte
{
    /// <summary>Client to exit: opens a stream.</summary>
    Begin = 1,

    /// <summary>Bytes of a stream.</summary>
    Data = 2,

    /// <summary>Closes a stream.</summary>
    End = 3,

    /// <summary>Exit to client: the stream is open.</summary>
    Connected = 4,

    /// <summary>Allows the other end to send more.</summary>
    Sendme = 5,

    /// <summary>TAP extension: obsolete, refused.</summary>
    Extend = 6,

    /// <summary>TAP answer: obsolete, refused.</summary>
    Extended = 7,

    /// <summary>Client to relay: give up the hops after this one. The body is empty.</summary>
    Truncate = 8,

    /// <summary>Relay to client: the hops after this one are gone.</summary>
    Truncated = 9,

    /// <summary>Long-range padding; the body means nothing.</summary>
    Drop = 10,

    /// <summary>Client to exit: look up a name.</summary>
    Resolve = 11,

    /// <summary>Exit to client: the answers.</summary>
    Resolved = 12,

    /// <summary>Client to relay: opens a stream to the relay's own directory. The body is empty.</summary>
    BeginDir = 13,

    /// <summary>Client to last hop: add a hop.</summary>
    Extend2 = 14,

    /// <summary>Last hop to client: the hop is there.</summary>
    Extended2 = 15,

    /// <summary>Joins a circuit to a set (proposal 329).</summary>
    ConfluxLink = 19,

    /// <summary>Answers CONFLUX_LINK.</summary>
    ConfluxLinked = 20,

    /// <summary>Answers CONFLUX_LINKED.</summary>
    ConfluxLinkedAck = 21,

    /// <summary>The sender goes on with another circuit of the set.</summary>
    ConfluxSwitch = 22,

    /// <summary>Service to introduction point (rend-spec-v3).</summary>
    EstablishIntro = 32,

    /// <summary>Client to rendezvous point.</summary>
    EstablishRendezvous = 33,

    /// <summary>Client to introduction point.</summary>
    Introduce1 = 34,

    /// <summary>Introduction point to service.</summary>
    Introduce2 = 35,

    /// <summary>Service to rendezvous point.</summary>
    Rendezvous1 = 36,

    /// <summary>Rendezvous point to client.</summary>
    Rendezvous2 = 37,

    /// <summary>Introduction point to service.</summary>
    IntroEstablished = 38,

    /// <summary>Rendezvous point to client.</summary>
    RendezvousEstablished = 39,

    /// <summary>Introduction point to client.</summary>
    IntroduceAck = 40,

    /// <summary>Client to relay: start or stop a padding machine (padding-spec).</summary>
    PaddingNegotiate = 41,

    /// <summary>Relay to client: the answer.</summary>
    PaddingNegotiated = 42,

    /// <summary>Stop sending on a stream (proposal 324).</summary>
    Xoff = 43,

    /// <summary>Go on sending on a stream, at a rate.</summary>
    Xon = 44,
}
