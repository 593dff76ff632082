using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.Certificates;
using Tunic.Tor.Protocol.Links;

namespace Tunic.Tests.Tor.Protocol.Links;

/// <summary>A relay's keys and certificates, made once for all tests: RSA keys are slow to make.</summary>
internal sealed class TestRelay
{
    public static readonly DateTime Now = new(2026, 3, 4, 5, 6, 7, DateTimeKind.Utc);

    private static readonly RsaPrivateKey _linkKey = RsaPrivateKey.Generate(TlsCertificates.LinkKeyBits);

    private TestRelay(ulong seed)
    {
        Random = new SeededRandomSource(seed);
        RsaIdentity = RsaPrivateKey.Generate(TlsCertificates.IdentityKeyBits);
        Identity = Ed25519PrivateKey.Generate(Random);
        SigningKey = Ed25519PrivateKey.Generate(Random);
        AuthenticationKey = Ed25519PrivateKey.Generate(Random);
        Tls = TlsCertificates.Create(RsaIdentity, _linkKey.PublicKey, RsaIdentity.PublicKey, Now, Random);
        Certificates = Certify(Now);
    }

    public static TestRelay A { get; } = new(1);

    public static TestRelay B { get; } = new(2);

    public RandomSource Random { get; }

    public RsaPrivateKey RsaIdentity { get; }

    public Ed25519PrivateKey Identity { get; }

    public Ed25519PrivateKey SigningKey { get; }

    public Ed25519PrivateKey AuthenticationKey { get; }

    public TlsCertificates Tls { get; }

    public LinkCertificates Certificates { get; }

    /// <summary>All certificates as made at another time.</summary>
    public LinkCertificates Certify(DateTime now, bool includeIdentity = true) => LinkCertificates.Create(
        Tls,
        Ed25519Certificate.Create(
            Ed25519CertificateType.IdentitySigning,
            SigningKey.PublicKey,
            now + LinkCertificates.SigningLifetime,
            Identity,
            includeIdentity),
        SigningKey,
        AuthenticationKey,
        RsaIdentity,
        now);
}
