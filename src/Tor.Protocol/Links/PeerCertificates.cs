using Tunic.Primitives.Bytes;
using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.Certificates;
using Tunic.Tor.Protocol.Errors;

namespace Tunic.Tor.Protocol.Links;

/// <summary>A peer's CERTS cell after every check (or_handshake_certs_ed25519_ok of stock tor; tor-spec, "Authenticating the responder
/// from its CERTS cell").</summary>
/// <remarks>Differs from stock tor in being stricter with two things that no relay sends: a peer with RSA certificates alone is
/// refused, and a certificate must be of the type that its entry in the cell says.</remarks>
public sealed class PeerCertificates
{
    private const int RequiredKeyBits = 1024;

    private PeerCertificates(PeerIdentity identity, RsaPublicKey rsaKey, Ed25519Certificate? authentication)
    {
        Identity = identity;
        RsaKey = rsaKey;
        AuthenticationKey = authentication?.CertifiedKey;
    }

    /// <summary>Who the peer is, if it answered; who it claims to be, if it connected: that takes AUTHENTICATE as well.</summary>
    public PeerIdentity Identity { get; }

    /// <summary>The RSA identity key.</summary>
    public RsaPublicKey RsaKey { get; }

    /// <summary>The key that must sign AUTHENTICATE; null for a responder.</summary>
    public Ed25519Identity? AuthenticationKey { get; }

    /// <summary>Checks all that a peer in this role has to show; certificates for the other role, types 1 and 3 and unknown types do
    /// not count.</summary>
    /// <param name="certs">What it sent.</param>
    /// <param name="peerRole">Which end the peer is.</param>
    /// <param name="tlsCertificate">SHA-256 of the TLS certificate, for a responder; not used for an initiator.</param>
    /// <param name="now">UTC.</param>
    /// <exception cref="ChannelProtocolException">A certificate is missing, there twice, malformed, expired or wrong.</exception>
    public static PeerCertificates Verify(Certs certs, LinkRole peerRole, Digest256 tlsCertificate, DateTime now)
    {
        RejectDuplicates(certs);
        bool responds = peerRole == LinkRole.Responder;
        Ed25519Certificate signing = Find(certs, LinkCertificateType.Ed25519Signing);
        Ed25519Certificate leaf = Find(
            certs, responds ? LinkCertificateType.Ed25519Tls : LinkCertificateType.Ed25519Authentication);
        if (signing.SigningKey is not { IsZero: false } identity) // zero means "not known" everywhere else
        {
            throw Bad("the signing certificate lacks the identity key");
        }

        if (responds && leaf.CertifiedDigest != tlsCertificate)
        {
            throw Bad("the link certificate is for another TLS certificate");
        }

        if (signing.IsExpired(now) || leaf.IsExpired(now))
        {
            throw NotValidAt(now, "an Ed25519 certificate");
        }

        RsaPublicKey rsaKey = VerifyRsaIdentity(certs, identity, now);

        // The slowest check comes last: a peer that fails an easier one costs less.
        if (!Ed25519.VerifyBatch([signing.GetSigned(identity), leaf.GetSigned(signing.CertifiedKey)]))
        {
            throw Bad("an Ed25519 certificate has a wrong signature");
        }

        return new PeerCertificates(new PeerIdentity(rsaKey.Identity, identity), rsaKey, responds ? null : leaf);
    }

    private static RsaPublicKey VerifyRsaIdentity(Certs certs, Ed25519Identity identity, DateTime now)
    {
        RsaX509Certificate rsaIdentity = Decode(
            certs, LinkCertificateType.RsaIdentity, bytes => RsaX509Certificate.Parse(bytes.Span));
        RsaPublicKey key = rsaIdentity.PublicKey;
        if (key.KeySizeBits != RequiredKeyBits)
        {
            throw Bad($"the RSA identity key has {key.KeySizeBits} bits");
        }

        if (!rsaIdentity.IsValidAt(now))
        {
            throw NotValidAt(now, "the RSA identity certificate");
        }

        if (!rsaIdentity.IsSignedBy(key))
        {
            throw Bad("the RSA identity certificate has a wrong signature");
        }

        RsaToEd25519CrossCertificate cross = Decode(
            certs, LinkCertificateType.RsaCrossCertificate, bytes => RsaToEd25519CrossCertificate.Parse(bytes.Span));
        return cross.TryVerify(key, identity, now)
            ? key
            : throw Bad("the RSA identity does not certify the Ed25519 identity, or no longer");
    }

    private static void RejectDuplicates(Certs certs)
    {
        for (var type = LinkCertificateType.RsaTls; type <= LinkCertificateType.RsaCrossCertificate; type++)
        {
            if (certs.CountOf(type) > 1)
            {
                throw Bad($"two certificates of type {(int)type}");
            }
        }
    }

    private static Ed25519Certificate Find(Certs certs, LinkCertificateType type)
    {
        Ed25519Certificate certificate = Decode(certs, type, bytes => Ed25519Certificate.Parse(bytes.Span));
        return (int)certificate.Type == (int)type
            ? certificate
            : throw Bad($"a certificate of type {(int)certificate.Type} in the place of type {(int)type}");
    }

    private static T Decode<T>(Certs certs, LinkCertificateType type, Func<ReadOnlyMemory<byte>, T> parse)
    {
        LinkCertificate certificate = certs.Find(type) ?? throw Bad($"no certificate of type {(int)type}");
        try
        {
            return parse(certificate.Bytes);
        }
        catch (MalformedMessageException problem)
        {
            throw Bad($"the certificate of type {(int)type} cannot be read", problem);
        }
    }

    private static ChannelProtocolException NotValidAt(DateTime now, string certificate) =>
        new($"CERTS: {certificate} is not valid at {now:u}, as our clock says") { IsAboutTime = true };

    private static ChannelProtocolException Bad(string problem, Exception? inner = null) => new($"bad CERTS: {problem}", inner);
}
