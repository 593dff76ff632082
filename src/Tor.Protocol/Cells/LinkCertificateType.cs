namespace Tunic.Tor.Protocol.Cells;

/// <summary>What a certificate in a CERTS cell is about (tor-spec, "CERTS cells"). Other values are ignored.</summary>
public enum LinkCertificateType : byte
{
    /// <summary>X.509: the RSA identity signs the TLS key. Still sent, no longer used.</summary>
    RsaTls = 1,

    /// <summary>X.509: the RSA identity key, signed by itself.</summary>
    RsaIdentity = 2,

    /// <summary>X.509: the RSA identity signs an authentication key. Obsolete.</summary>
    RsaAuthentication = 3,

    /// <summary>The Ed25519 identity signs the signing key.</summary>
    Ed25519Signing = 4,

    /// <summary>The signing key signs the SHA-256 of the TLS certificate; from responders.</summary>
    Ed25519Tls = 5,

    /// <summary>The signing key signs the authentication key; from initiators.</summary>
    Ed25519Authentication = 6,

    /// <summary>The RSA identity signs the Ed25519 identity.</summary>
    RsaCrossCertificate = 7,
}
