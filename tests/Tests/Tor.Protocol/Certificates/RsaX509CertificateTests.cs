using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Tunic.Primitives.Bytes;
using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.Certificates;

namespace Tunic.Tests.Tor.Protocol.Certificates;

public sealed class RsaX509CertificateTests
{
    private static readonly DateTime _now = new(2026, 3, 4, 5, 6, 7, DateTimeKind.Utc);
    private static readonly RsaPrivateKey _identity = RsaPrivateKey.Generate(TlsCertificates.IdentityKeyBits);
    private static readonly RsaPrivateKey _link = RsaPrivateKey.Generate(TlsCertificates.LinkKeyBits);

    [Fact]
    public void The_identity_certificate_of_a_stock_relay_is_signed_by_its_own_key()
    {
        RsaX509Certificate certificate = RsaX509Certificate.Parse(ChutneyCertificates.IdentityX509);

        Assert.Equal(ChutneyCertificates.RsaIdentity, certificate.PublicKey.Identity.ToString().ToLowerInvariant());
        Assert.Equal(1024, certificate.PublicKey.KeySizeBits);
        Assert.Equal(new DateTime(2020, 8, 10, 0, 0, 0, DateTimeKind.Utc), certificate.NotBefore);
        Assert.Equal(new DateTime(2021, 8, 10, 0, 0, 0, DateTimeKind.Utc), certificate.NotAfter);
        Assert.True(certificate.IsSignedBy(certificate.PublicKey));
        Assert.False(certificate.IsSignedBy(_identity.PublicKey));
    }

    [Fact]
    public void Validity_has_two_days_of_tolerance_after_its_end_and_thirty_before_its_start()
    {
        RsaX509Certificate certificate = RsaX509Certificate.Parse(ChutneyCertificates.IdentityX509);

        Assert.True(certificate.IsValidAt(certificate.NotBefore.AddDays(-30)));
        Assert.False(certificate.IsValidAt(certificate.NotBefore.AddDays(-30).AddSeconds(-1)));
        Assert.True(certificate.IsValidAt(certificate.NotAfter.AddDays(2)));
        Assert.False(certificate.IsValidAt(certificate.NotAfter.AddDays(2).AddSeconds(1)));
    }

    [Fact]
    public void Every_truncation_and_every_extra_byte_is_malformed()
    {
        byte[] encoded = ChutneyCertificates.IdentityX509;
        for (int length = 0; length < encoded.Length; length++)
        {
            Assert.Throws<MalformedMessageException>(() => RsaX509Certificate.Parse(encoded.AsSpan(0, length)));
        }

        Assert.Throws<MalformedMessageException>(() => RsaX509Certificate.Parse([.. encoded, 0]));
    }

    [Fact]
    public void Every_changed_bit_is_malformed_or_breaks_the_signature()
    {
        byte[] encoded = ChutneyCertificates.IdentityX509;
        RsaPublicKey key = RsaX509Certificate.Parse(encoded).PublicKey;
        for (int bit = 0; bit < 8 * encoded.Length; bit++)
        {
            byte[] changed = [.. encoded];
            changed[bit / 8] ^= (byte)(1 << (bit % 8));

            Assert.False(IsGood(changed, key), $"bit {bit}");
        }
    }

    [Fact]
    public void A_key_that_is_not_rsa_is_malformed()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=www.example.net", key, HashAlgorithmName.SHA256);
        using X509Certificate2 certificate = request.CreateSelfSigned(_now, _now.AddDays(1));

        Assert.Throws<MalformedMessageException>(() => RsaX509Certificate.Parse(certificate.RawData));
    }

    [Fact]
    public void Created_certificates_are_what_the_platform_reads_too()
    {
        TlsCertificates certificates = Create(1);
        using X509Certificate2 link = X509CertificateLoader.LoadCertificate(certificates.Link.Encoded.Span);
        using RSA linkKey = link.GetRSAPublicKey()!;

        Assert.Equal(3, link.Version);
        Assert.Matches(@"^CN=www\.[a-z2-7]{8,20}\.net$", link.Subject);
        Assert.Matches(@"^CN=www\.[a-z2-7]{8,20}\.com$", link.Issuer);
        Assert.Equal(2048, linkKey.KeySize);
        Assert.Equal(_link.PublicKey.Pkcs1Der, linkKey.ExportRSAPublicKey());
        Assert.Equal(certificates.Link.NotAfter, link.NotAfter.ToUniversalTime());
        Assert.Empty(link.Extensions);
    }

    [Fact]
    public void Created_certificates_are_signed_by_the_identity_key_and_name_it_alike()
    {
        TlsCertificates certificates = Create(1);

        Assert.All(
            [certificates.Link, certificates.Identity, certificates.Authentication],
            certificate => Assert.True(certificate.IsSignedBy(_identity.PublicKey)));
        Assert.Equal(_identity.PublicKey.Identity, certificates.Identity.PublicKey.Identity);
        using X509Certificate2 identity = X509CertificateLoader.LoadCertificate(certificates.Identity.Encoded.Span);
        using X509Certificate2 link = X509CertificateLoader.LoadCertificate(certificates.Link.Encoded.Span);
        Assert.Equal(identity.Subject, identity.Issuer);
        Assert.Equal(identity.Subject, link.Issuer);
    }

    [Fact]
    public void Created_certificates_started_at_a_past_midnight_and_have_a_day_left()
    {
        for (ulong seed = 0; seed < 40; seed++)
        {
            TlsCertificates certificates = Create(seed);
            foreach (RsaX509Certificate certificate in (RsaX509Certificate[])[certificates.Link, certificates.Identity])
            {
                Assert.Equal(TimeSpan.Zero, certificate.NotBefore.TimeOfDay);
                Assert.True(certificate.NotBefore <= _now, $"seed {seed}");
                Assert.True(certificate.NotAfter >= _now.AddDays(1), $"seed {seed}");
            }

            TimeSpan lifetime = certificates.Link.NotAfter - certificates.Link.NotBefore + TimeSpan.FromSeconds(1);
            Assert.InRange(lifetime.TotalDays, 5, 365.1);
            Assert.InRange(lifetime.TotalSeconds % 86_400, 0, 1);
        }
    }

    private static TlsCertificates Create(ulong seed) =>
        TlsCertificates.Create(_identity, _link.PublicKey, _identity.PublicKey, _now, new SeededRandomSource(seed));

    private static bool IsGood(byte[] encoded, RsaPublicKey key)
    {
        try
        {
            return RsaX509Certificate.Parse(encoded).IsSignedBy(key);
        }
        catch (MalformedMessageException)
        {
            return false;
        }
    }
}
