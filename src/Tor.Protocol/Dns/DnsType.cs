namespace Tunic.Tor.Protocol.Dns;

/// <summary>The types of questions and records that mean something to us (RFC 1035, RFC 3596, RFC 6891). Other values occur.</summary>
public enum DnsType : ushort
{
    /// <summary>An IPv4 address.</summary>
    A = 1,

    /// <summary>The name that the owner is an alias of.</summary>
    CName = 5,

    /// <summary>A host name, for an address.</summary>
    Ptr = 12,

    /// <summary>An IPv6 address.</summary>
    Aaaa = 28,

    /// <summary>Not a record: what the asker understands (EDNS).</summary>
    Opt = 41,
}
