namespace Tunic.Tor.Protocol.Streams.Rules;

/// <summary>Messages that are allowed only because of something this end did or offers.</summary>
[Flags]
public enum ExpectedMessages
{
    /// <summary>None of them.</summary>
    None = 0,

    /// <summary>Origin: a padding machine was negotiated, or asked for. DROP, PADDING_NEGOTIATED.</summary>
    Padding = 1,

    /// <summary>Origin: CONFLUX_LINK was sent. Relay: it offers conflux. CONFLUX_*.</summary>
    Conflux = 2,

    /// <summary>Origin: ESTABLISH_INTRO was sent. INTRO_ESTABLISHED, INTRODUCE2.</summary>
    Introductions = 4,

    /// <summary>Origin: INTRODUCE1 was sent. INTRODUCE_ACK.</summary>
    IntroduceAck = 8,

    /// <summary>Origin: ESTABLISH_RENDEZVOUS was sent. RENDEZVOUS_ESTABLISHED, RENDEZVOUS2.</summary>
    Rendezvous = 16,

    /// <summary>Origin: an onion service, joined to a client. BEGIN.</summary>
    IncomingStreams = 32,
}
