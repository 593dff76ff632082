namespace Tunic.Tor.Protocol.Socks;

/// <summary>What a SOCKS client asks for (RFC 1928; socks-extensions, "Name lookup").</summary>
public enum SocksCommand : byte
{
    /// <summary>A stream to the target.</summary>
    Connect = 0x01,

    /// <summary>To wait for a connection. Not for us.</summary>
    Bind = 0x02,

    /// <summary>Datagrams. Not for us.</summary>
    UdpAssociate = 0x03,

    /// <summary>The address of a host name.</summary>
    Resolve = 0xF0,

    /// <summary>The host name of an address; SOCKS5 only.</summary>
    ResolvePtr = 0xF1,
}
