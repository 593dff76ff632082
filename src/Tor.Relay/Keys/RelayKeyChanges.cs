namespace Tunic.Tor.Relay.Keys;

/// <summary>Which keys a rotation replaced.</summary>
[Flags]
public enum RelayKeyChanges
{
    /// <summary>None was due.</summary>
    None = 0,

    /// <summary>TLS key, authentication key or a certificate of them: new connections must use the new ones.</summary>
    Link = 1,

    /// <summary>The onion keys: a new descriptor is due.</summary>
    Onion = 2,

    /// <summary>The signing key: a new descriptor is due, and new link certificates were made.</summary>
    Signing = 4,

    /// <summary>The replaced onion keys were forgotten.</summary>
    OldOnionForgotten = 8,
}
