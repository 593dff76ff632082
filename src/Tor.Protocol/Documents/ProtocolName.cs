namespace Tunic.Tor.Protocol.Documents;

/// <summary>Subprotocols by their number in the ntor-v3 subprotocol request (tor-spec, "Subprotocol versioning"; proposal 346).</summary>
public enum ProtocolName : byte
{
    /// <summary>Link protocol versions.</summary>
    Link = 0,

    /// <summary>Link authentication.</summary>
    LinkAuth = 1,

    /// <summary>Relay cells and circuit handshakes; 6 is CGO.</summary>
    Relay = 2,

    /// <summary>Directory caching.</summary>
    DirCache = 3,

    /// <summary>Onion service directory.</summary>
    HSDir = 4,

    /// <summary>Introduction point.</summary>
    HSIntro = 5,

    /// <summary>Rendezvous point.</summary>
    HSRend = 6,

    /// <summary>Descriptor format.</summary>
    Desc = 7,

    /// <summary>Microdescriptor format.</summary>
    Microdesc = 8,

    /// <summary>Consensus format.</summary>
    Cons = 9,

    /// <summary>Circuit padding.</summary>
    Padding = 10,

    /// <summary>Flow control; 2 is congestion control.</summary>
    FlowCtrl = 11,

    /// <summary>Multi-path circuits.</summary>
    Conflux = 12,
}
