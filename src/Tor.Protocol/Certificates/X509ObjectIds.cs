namespace Tunic.Tor.Protocol.Certificates;

/// <summary>The few ASN.1 object identifiers of Tor's X.509 certificates (RFC 8017, appendix C; RFC 5280, appendix A).</summary>
internal static class X509ObjectIds
{
    /// <summary>rsaEncryption: an RSA public key.</summary>
    public const string RsaEncryption = "1.2.840.113549.1.1.1";

    /// <summary>sha256WithRSAEncryption: a PKCS#1 v1.5 signature.</summary>
    public const string Sha256WithRsa = "1.2.840.113549.1.1.11";

    /// <summary>commonName: the one attribute of Tor's names.</summary>
    public const string CommonName = "2.5.4.3";

    /// <summary>The DER of DigestInfo for SHA-256, up to the digest (RFC 8017, section 9.2, note 1).</summary>
    public static ReadOnlySpan<byte> Sha256DigestInfo =>
        [0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20];
}
