namespace Tunic.Tor.Protocol.Certificates;

/// <summary>What the 32 certified bytes are, by CERT_KEY_TYPE (cert-spec, "List of certified key types"). Old relays write
/// <see cref="Ed25519"/> for everything, so nothing may depend on it: the certificate's type says what the bytes are.</summary>
public enum CertifiedKeyType : byte
{
    /// <summary>An Ed25519 public key.</summary>
    Ed25519 = 1,

    /// <summary>The SHA-256 digest of an RSA key.</summary>
    RsaSha256 = 2,

    /// <summary>The SHA-256 digest of a DER X.509 certificate.</summary>
    X509Sha256 = 3,
}
