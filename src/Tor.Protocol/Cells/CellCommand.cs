namespace Tunic.Tor.Protocol.Cells;

/// <summary>What a cell is for (tor-spec, "Cell Packet format"). A value without a name here is dropped by the receiver.</summary>
public enum CellCommand : byte
{
    /// <summary>Fills the link; the body means nothing.</summary>
    Padding = 0,

    /// <summary>TAP circuit creation: obsolete, refused.</summary>
    Create = 1,

    /// <summary>TAP answer: obsolete, refused.</summary>
    Created = 2,

    /// <summary>A relay message, encrypted for some hop.</summary>
    Relay = 3,

    /// <summary>Ends a circuit.</summary>
    Destroy = 4,

    /// <summary>Creates a one-hop circuit without public-key operations.</summary>
    CreateFast = 5,

    /// <summary>Answers CREATE_FAST.</summary>
    CreatedFast = 6,

    /// <summary>First cell of a link: the versions its sender speaks. Variable length, always with a 2-byte circuit id.</summary>
    Versions = 7,

    /// <summary>Last cell of the link handshake: time and addresses.</summary>
    NetInfo = 8,

    /// <summary>A relay message that may ask for one more hop; only a few per circuit.</summary>
    RelayEarly = 9,

    /// <summary>Creates a circuit.</summary>
    Create2 = 10,

    /// <summary>Answers CREATE2.</summary>
    Created2 = 11,

    /// <summary>Asks a relay to change the padding of the link.</summary>
    PaddingNegotiate = 12,

    /// <summary>Padding of any length; the body means nothing.</summary>
    VPadding = 128,

    /// <summary>The sender's certificates.</summary>
    Certs = 129,

    /// <summary>What an initiator has to sign to prove its identity.</summary>
    AuthChallenge = 130,

    /// <summary>An initiator's proof of its identity.</summary>
    Authenticate = 131,

    /// <summary>Reserved; ignored.</summary>
    Authorize = 132,
}
