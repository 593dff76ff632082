using Tunic.Primitives.Keys;

namespace Tunic.Tor.Protocol.Voting.Uploads;

/// <summary>What an authority accepts. Names and defaults as stock tor's options. Read once at start.</summary>
public sealed record AcceptanceOptions
{
    /// <summary>AuthDirPinKeys: a relay must keep both identities. Default yes.</summary>
    public bool PinKeys { get; init; } = true;

    /// <summary>DirAllowPrivateAddresses. Default no, in a test network yes.</summary>
    public bool AllowPrivateAddresses { get; init; }

    /// <summary>MinimalAcceptedServerVersion. Default 0.4.8.0-alpha-dev.</summary>
    public string MinVersion { get; init; } = "0.4.8.0-alpha-dev";

    /// <summary>The relay identity of the authority itself; zero when it is no relay.</summary>
    public RsaIdentity Self { get; init; }
}
