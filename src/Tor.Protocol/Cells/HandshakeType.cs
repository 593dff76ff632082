namespace Tunic.Tor.Protocol.Cells;

/// <summary>Which handshake creates a circuit or adds a hop: HTYPE (tor-spec, "CREATE and CREATED cells").</summary>
public enum HandshakeType : ushort
{
    /// <summary>Obsolete; refused everywhere.</summary>
    Tap = 0,

    /// <summary>The number of CREATE_FAST's handshake; never on the wire.</summary>
    Fast = 1,

    /// <summary>Curve25519 with a known onion key.</summary>
    Ntor = 2,

    /// <summary>Ntor with messages of both sides inside (proposal 332).</summary>
    NtorV3 = 3,
}
