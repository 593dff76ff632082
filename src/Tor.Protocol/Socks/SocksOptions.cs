namespace Tunic.Tor.Protocol.Socks;

/// <summary>Choices of one SOCKS port. Read once at start.</summary>
public sealed record SocksOptions
{
    /// <summary>Refuse requests that carry an IP address in binary, as the program may have told a DNS server where it goes (<c>SafeSocks</c>). Default false.</summary>
    public bool RejectAddresses { get; init; }

    /// <summary>Choose no authentication when the client offers both (<c>PreferSOCKSNoAuth</c>). Default false: isolation is worth more.</summary>
    public bool PreferNoAuthentication { get; init; }
}
