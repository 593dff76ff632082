namespace Tunic.Tor.Protocol.Cells;

/// <summary>How an initiator proves its identity (tor-spec, "AUTH_CHALLENGE cells").</summary>
public enum AuthenticationMethod : ushort
{
    /// <summary>AUTH0001: an RSA signature and TLS secrets. Obsolete; no longer accepted.</summary>
    RsaSha256TlsSecret = 1,

    /// <summary>AUTH0003: an Ed25519 signature and the TLS exporter.</summary>
    Ed25519Sha256Rfc5705 = 3,
}
