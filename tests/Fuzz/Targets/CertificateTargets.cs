using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Keys;
using Tunic.Tests.Fuzz.Engine;
using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.Certificates;
using Tunic.Tor.Protocol.Errors;
using Tunic.Tor.Protocol.Links;

namespace Tunic.Tests.Fuzz.Targets;

/// <summary>Certificates of links and relays, and the keys in them.</summary>
internal static class CertificateTargets
{
    public static IEnumerable<FuzzTarget> All =>
    [
        new("ed25519-certificate", ReadEd25519, Ed25519Seeds, nameof(Ed25519Certificate), nameof(CertificateTime)),
        new("rsa-cross-certificate", ReadCross, () => [FuzzRelay.A.Certificates.Cross.Encoded.ToArray()], nameof(RsaToEd25519CrossCertificate)),
        new("rsa-x509-certificate", ReadX509, X509Seeds, nameof(RsaX509Certificate)) { MaxLength = 2048 },
        new("certs-of-peer", ReadPeer, () => [PeerSeed(LinkRole.Responder), PeerSeed(LinkRole.Initiator)], nameof(PeerCertificates)) { MaxLength = 4096 },
        new("rsa-public-key", ReadRsaKey, () => [FuzzKeys.RelayIdentity.PublicKey.Pkcs1Der], nameof(RsaPublicKey), nameof(RsaPkcs1)),
        new("rsa-private-key", input => RsaPrivateKey.TryParse(input.Span, out _), () => [FuzzKeys.RelayIdentity.ExportPkcs1Der()], nameof(RsaPrivateKey)),
    ];

    private static IEnumerable<byte[]> Ed25519Seeds()
    {
        LinkCertificates own = FuzzRelay.A.Certificates;
        return [own.Signing.Encoded.ToArray(), own.Link.Encoded.ToArray(), own.Authentication.Encoded.ToArray()];
    }

    private static IEnumerable<byte[]> X509Seeds()
    {
        TlsCertificates own = FuzzRelay.A.Certificates.Tls;
        return [own.Identity.Encoded.ToArray(), own.Link.Encoded.ToArray()];
    }

    private static byte[] PeerSeed(LinkRole role) => [(byte)role, .. FuzzRelay.A.Certificates.ToCerts(role).Encode()];

    private static void ReadEd25519(ReadOnlyMemory<byte> input)
    {
        bool good = Ed25519Certificate.TryParse(input.Span, out Ed25519Certificate? certificate);
        Ed25519Certificate parsed = Ed25519Certificate.Parse(input.Span);
        FuzzFailureException.Require(good && parsed.Encoded.Span.SequenceEqual(input.Span), "Parse and TryParse disagree");
        _ = (certificate!.Type, certificate.KeyType, certificate.ExpiresAt, certificate.CertifiedKey, certificate.SigningKey);
        _ = certificate.TryVerify(FuzzRelay.Now) | certificate.TryVerify(FuzzRelay.A.Identity.PublicKey, FuzzRelay.Now);
    }

    private static void ReadCross(ReadOnlyMemory<byte> input)
    {
        RsaToEd25519CrossCertificate certificate = RsaToEd25519CrossCertificate.Parse(input.Span);
        certificate.TryVerify(FuzzKeys.RelayIdentity.PublicKey, FuzzRelay.A.Identity.PublicKey, FuzzRelay.Now);
    }

    private static void ReadX509(ReadOnlyMemory<byte> input)
    {
        RsaX509Certificate certificate = RsaX509Certificate.Parse(input.Span);
        certificate.IsValidAt(FuzzRelay.Now);
        certificate.IsSignedBy(FuzzKeys.RelayIdentity.PublicKey);
    }

    /// <summary>The first byte is the role, the rest the body of CERTS.</summary>
    private static void ReadPeer(ReadOnlyMemory<byte> input)
    {
        if (input.IsEmpty)
        {
            return;
        }

        LinkRole role = (input.Span[0] & 1) == 0 ? LinkRole.Initiator : LinkRole.Responder;
        try
        {
            PeerCertificates.Verify(Certs.Decode(input.Span[1..]), role, FuzzRelay.A.Certificates.Tls.Link.Digest, FuzzRelay.Now);
        }
        catch (ChannelProtocolException)
        {
            // the documented refusal
        }
    }

    private static void ReadRsaKey(ReadOnlyMemory<byte> input)
    {
        if (RsaPublicKey.TryParse(input.Span, out RsaPublicKey? key))
        {
            FuzzFailureException.Require(key.Pkcs1Der.AsSpan().SequenceEqual(input.Span), "a key that is written differently");
            _ = (key.KeySizeBits, key.Exponent, key.Identity == default(RsaIdentity));
            key.VerifyDigest(new byte[20], new byte[key.ModulusLength]);
        }
    }
}
