namespace Tunic.Tor.Protocol.Cells;

/// <summary>What a link specifier tells about a relay (tor-spec, "EXTEND and EXTENDED cells"). Other values are allowed and ignored.</summary>
public enum LinkSpecifierType : byte
{
    /// <summary>IPv4 address and port, 6 bytes.</summary>
    IPv4 = 0,

    /// <summary>IPv6 address and port, 18 bytes.</summary>
    IPv6 = 1,

    /// <summary>The RSA identity, 20 bytes ("legacy identity").</summary>
    RsaIdentity = 2,

    /// <summary>The Ed25519 identity, 32 bytes.</summary>
    Ed25519Identity = 3,
}
