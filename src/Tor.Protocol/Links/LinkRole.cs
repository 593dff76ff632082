namespace Tunic.Tor.Protocol.Links;

/// <summary>Which end of a link somebody is.</summary>
public enum LinkRole
{
    /// <summary>The TLS client: it connected.</summary>
    Initiator,

    /// <summary>The TLS server: it was connected to. Always a relay.</summary>
    Responder,
}
