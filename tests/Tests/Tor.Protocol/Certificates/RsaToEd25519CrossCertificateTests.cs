using Tunic.Primitives.Bytes;
using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Certificates;

namespace Tunic.Tests.Tor.Protocol.Certificates;

public sealed class RsaToEd25519CrossCertificateTests
{
    // Stock tor, src/test/test_routerkeys.c, test_routerkeys_rsa_ed_crosscert: identity and expiry.
    private static readonly Ed25519Identity _identity =
        new(Convert.FromBase64String("ThisStringCanContainAnythingSoNoKeyHereNowX="));

    private static readonly DateTime _end = DateTime.UnixEpoch.AddSeconds(1470846177);
    private static readonly RsaPrivateKey _rsa = RsaPrivateKey.Generate(1024);

    [Fact]
    public void The_cross_certificate_of_a_stock_relay_verifies()
    {
        RsaToEd25519CrossCertificate certificate = RsaToEd25519CrossCertificate.Parse(ChutneyCertificates.Cross);
        RsaPublicKey key = RsaX509Certificate.Parse(ChutneyCertificates.IdentityX509).PublicKey;
        var identity = new Ed25519Identity(Convert.FromHexString(ChutneyCertificates.Ed25519Identity));

        Assert.Equal(identity, certificate.Ed25519Identity);
        Assert.True(certificate.TryVerify(key, identity, ChutneyCertificates.Time));
        Assert.False(certificate.TryVerify(_rsa.PublicKey, identity, ChutneyCertificates.Time));
        Assert.False(certificate.TryVerify(key, _identity, ChutneyCertificates.Time));
        Assert.False(certificate.TryVerify(key, identity, certificate.ExpiresAt.AddSeconds(1)));
    }

    [Fact]
    public void A_created_certificate_reads_back_and_expires_after_its_last_hour()
    {
        RsaToEd25519CrossCertificate created = RsaToEd25519CrossCertificate.Create(_rsa, _identity, _end);
        RsaToEd25519CrossCertificate certificate = RsaToEd25519CrossCertificate.Parse(created.Encoded.Span);

        Assert.Equal(37 + 128, certificate.Encoded.Length);
        Assert.InRange(certificate.ExpiresAt, _end, _end.AddHours(1));
        Assert.True(certificate.TryVerify(_rsa.PublicKey, _identity, _end.AddSeconds(-10)));
        Assert.True(certificate.TryVerify(_rsa.PublicKey, _identity, certificate.ExpiresAt));
        Assert.False(certificate.TryVerify(_rsa.PublicKey, _identity, certificate.ExpiresAt.AddSeconds(1)));
    }

    [Fact]
    public void Every_truncation_and_every_extra_byte_is_malformed()
    {
        byte[] encoded = ChutneyCertificates.Cross;
        for (int length = 0; length < encoded.Length; length++)
        {
            Assert.Throws<MalformedMessageException>(() => RsaToEd25519CrossCertificate.Parse(encoded.AsSpan(0, length)));
        }

        Assert.Throws<MalformedMessageException>(() => RsaToEd25519CrossCertificate.Parse([.. encoded, 0]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(35)]
    [InlineData(40)]
    [InlineData(164)]
    public void A_changed_byte_fails_to_verify(int index)
    {
        byte[] encoded = RsaToEd25519CrossCertificate.Create(_rsa, _identity, _end).Encoded.ToArray();
        encoded[index] ^= 3;
        RsaToEd25519CrossCertificate certificate = RsaToEd25519CrossCertificate.Parse(encoded);

        Assert.False(certificate.TryVerify(_rsa.PublicKey, certificate.Ed25519Identity, _end.AddSeconds(-10)));
    }
}
