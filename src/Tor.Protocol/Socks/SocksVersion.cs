namespace Tunic.Tor.Protocol.Socks;

/// <summary>The form of SOCKS a client speaks.</summary>
public enum SocksVersion : byte
{
    /// <summary>SOCKS 4: an IPv4 address.</summary>
    Socks4 = 4,

    /// <summary>SOCKS 5.</summary>
    Socks5 = 5,

    /// <summary>SOCKS 4a: SOCKS 4 with a host name. Not a number of the protocol, which says 4.</summary>
    Socks4A = 0x4A,
}
