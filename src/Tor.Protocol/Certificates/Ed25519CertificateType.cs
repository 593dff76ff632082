namespace Tunic.Tor.Protocol.Certificates;

/// <summary>What an Ed25519 certificate says, by CERT_TYPE (cert-spec, "List of certificate types"; 0x0C is newer: proposal 321).
/// The numbers up to 7 are also the certificate types of a CERTS cell.</summary>
public enum Ed25519CertificateType : byte
{
    /// <summary>A relay's identity key certifies its signing key. Carries the identity key.</summary>
    IdentitySigning = 4,

    /// <summary>A relay's signing key certifies the SHA-256 digest of its TLS certificate.</summary>
    SigningLink = 5,

    /// <summary>A relay's signing key certifies the key that signs AUTHENTICATE cells.</summary>
    SigningAuthentication = 6,

    /// <summary>An onion service's blinded key certifies its descriptor signing key.</summary>
    OnionDescriptorSigning = 8,

    /// <summary>An onion service's descriptor signing key certifies an introduction point's authentication key.</summary>
    OnionIntroductionAuthentication = 9,

    /// <summary>A relay's ntor onion key, as an Ed25519 key, certifies the relay's identity key.</summary>
    NtorOnionKeyIdentity = 0x0A,

    /// <summary>An onion service's descriptor signing key certifies an introduction point's encryption key, as an Ed25519 key.</summary>
    OnionIntroductionEncryption = 0x0B,

    /// <summary>A family key certifies the identity of a relay that belongs to it. Carries the family key.</summary>
    FamilyIdentity = 0x0C,
}
