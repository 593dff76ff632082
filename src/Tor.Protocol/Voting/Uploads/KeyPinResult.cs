namespace Tunic.Tor.Protocol.Voting.Uploads;

/// <summary>What the journal says of a pair of identities.</summary>
public enum KeyPinResult
{
    /// <summary>Neither is known.</summary>
    NotFound,

    /// <summary>They are known as a pair.</summary>
    Found,

    /// <summary>They were not known and are now.</summary>
    Added,

    /// <summary>One of them is known with another partner.</summary>
    Mismatch,
}
