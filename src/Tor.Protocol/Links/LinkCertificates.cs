using Tunic.Primitives.Cryptography;
using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.Certificates;

namespace Tunic.Tor.Protocol.Links;

/// <summary>What a relay proves itself with on links: its certificates and its authentication key (tor-spec, "CERTS cells").</summary>
/// <remarks>Immutable, shared by all links of a relay; replaced when one of the certificates gets old or the TLS key changes.
/// The authentication key belongs to the caller.</remarks>
public sealed record LinkCertificates
{
    /// <summary>How long link and authentication certificates last in stock tor.</summary>
    public static readonly TimeSpan LinkLifetime = TimeSpan.FromDays(2);

    /// <summary>How long the signing key's certificate lasts in stock tor.</summary>
    public static readonly TimeSpan SigningLifetime = TimeSpan.FromDays(30);

    /// <summary>How long the cross-certificate lasts in stock tor.</summary>
    public static readonly TimeSpan CrossLifetime = TimeSpan.FromDays(180);

    /// <summary>Types 1 to 3. The link certificate must be the very one that the TLS handshake shows.</summary>
    public required TlsCertificates Tls { get; init; }

    /// <summary>Type 4: identity to signing key, with the identity inside.</summary>
    public required Ed25519Certificate Signing { get; init; }

    /// <summary>Type 5: signing key to TLS certificate.</summary>
    public required Ed25519Certificate Link { get; init; }

    /// <summary>Type 6: signing key to authentication key.</summary>
    public required Ed25519Certificate Authentication { get; init; }

    /// <summary>Type 7: RSA identity to Ed25519 identity.</summary>
    public required RsaToEd25519CrossCertificate Cross { get; init; }

    /// <summary>The key that signs AUTHENTICATE.</summary>
    public required Ed25519PrivateKey AuthenticationKey { get; init; }

    /// <summary>The RSA identity key's public half.</summary>
    public RsaPublicKey RsaKey => Tls.Identity.PublicKey;

    /// <summary>Both identities.</summary>
    public PeerIdentity Identity => new(RsaKey.Identity, Cross.Ed25519Identity);

    /// <summary>The moment from which on a peer refuses one of the Ed25519 certificates. Renew well before.</summary>
    public DateTime ExpiresAt => new[] { Signing.ExpiresAt, Link.ExpiresAt, Authentication.ExpiresAt, Cross.ExpiresAt }.Min();

    /// <summary>Makes the certificates that a signing key can make, as long-lived as stock tor's.</summary>
    /// <param name="tls">The X.509 certificates.</param>
    /// <param name="signing">The signing key's certificate, from whoever has the identity key.</param>
    /// <param name="signingKey">The key that it certifies.</param>
    /// <param name="authenticationKey">A key for AUTHENTICATE; not copied.</param>
    /// <param name="rsaIdentityKey">The key that signed the X.509 certificates.</param>
    /// <param name="now">UTC.</param>
    /// <exception cref="ArgumentException">The signing certificate lacks the identity key, or is for another key.</exception>
    public static LinkCertificates Create(
        TlsCertificates tls,
        Ed25519Certificate signing,
        Ed25519PrivateKey signingKey,
        Ed25519PrivateKey authenticationKey,
        RsaPrivateKey rsaIdentityKey,
        DateTime now)
    {
        if (signing.SigningKey is not { } identity || signing.CertifiedKey != signingKey.PublicKey)
        {
            throw new ArgumentException("needs the identity key inside, and must certify the signing key", nameof(signing));
        }

        return new LinkCertificates
        {
            Tls = tls,
            Signing = signing,
            Link = Ed25519Certificate.Create(
                Ed25519CertificateType.SigningLink,
                CertifiedKeyType.X509Sha256,
                tls.Link.Digest.ToArray(),
                now + LinkLifetime,
                signingKey,
                includeSigningKey: false),
            Authentication = Ed25519Certificate.Create(
                Ed25519CertificateType.SigningAuthentication,
                authenticationKey.PublicKey,
                now + LinkLifetime,
                signingKey,
                includeSigningKey: false),
            Cross = RsaToEd25519CrossCertificate.Create(rsaIdentityKey, identity, now + CrossLifetime),
            AuthenticationKey = authenticationKey,
        };
    }

    /// <summary>The CERTS cell of a relay, with the certificates and in the order of stock tor.</summary>
    public Certs ToCerts(LinkRole role)
    {
        bool responds = role == LinkRole.Responder;
        return new Certs(
        [
            responds
                ? new LinkCertificate(LinkCertificateType.RsaTls, Tls.Link.Encoded)
                : new LinkCertificate(LinkCertificateType.RsaAuthentication, Tls.Authentication.Encoded),
            new LinkCertificate(LinkCertificateType.RsaIdentity, Tls.Identity.Encoded),
            new LinkCertificate(LinkCertificateType.Ed25519Signing, Signing.Encoded),
            responds
                ? new LinkCertificate(LinkCertificateType.Ed25519Tls, Link.Encoded)
                : new LinkCertificate(LinkCertificateType.Ed25519Authentication, Authentication.Encoded),
            new LinkCertificate(LinkCertificateType.RsaCrossCertificate, Cross.Encoded),
        ]);
    }
}
