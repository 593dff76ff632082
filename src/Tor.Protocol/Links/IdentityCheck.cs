namespace Tunic.Tor.Protocol.Links;

/// <summary>Whether the relay that answered is the one that was wanted.</summary>
public enum IdentityCheck
{
    /// <summary>The peer has not proved any identity yet.</summary>
    NotYetKnown,

    /// <summary>All that was expected holds; so also when nothing was.</summary>
    AsExpected,

    /// <summary>Another RSA identity. The link is closed.</summary>
    RsaDiffers,

    /// <summary>The RSA identity does not differ, the Ed25519 identity does. The link is closed.</summary>
    Ed25519Differs,
}
