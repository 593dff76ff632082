using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Keys;
using Tunic.Primitives.Time;
using Tunic.Tests.Tor.Protocol.Certificates;
using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.Certificates;
using Tunic.Tor.Protocol.Errors;
using Tunic.Tor.Protocol.Links;

namespace Tunic.Tests.Tor.Protocol.Links;

/// <summary>Cases of stock tor's src/test/test_link_handshake.c (recv_certs_*) and of Arti's tor-proto channel/handshake.rs.</summary>
public sealed class PeerCertificatesTests
{
    private static readonly Digest256 _chutneyTls = new(Convert.FromHexString(ChutneyCertificates.TlsCertificateDigest));

    // Arti, channel/handshake.rs, certs_good.
    [Fact]
    public void The_certificates_of_a_stock_relay_are_good()
    {
        PeerCertificates peer = PeerCertificates.Verify(Chutney(), LinkRole.Responder, _chutneyTls, ChutneyCertificates.Time);

        Assert.Equal(ChutneyCertificates.RsaIdentity, peer.Identity.RsaIdentity.ToString().ToLowerInvariant());
        Assert.Equal(ChutneyCertificates.Ed25519Identity, peer.Identity.Ed25519Identity.ToString().ToLowerInvariant());
        Assert.Null(peer.AuthenticationKey);
    }

    // Arti, channel/handshake.rs, certs_missing.
    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(7)]
    public void Each_certificate_of_a_stock_relay_is_needed(int type)
    {
        var fewer = new Certs([.. Chutney().Certificates.Where(item => (int)item.Type != type)]);

        Assert.Throws<ChannelProtocolException>(
            () => PeerCertificates.Verify(fewer, LinkRole.Responder, _chutneyTls, ChutneyCertificates.Time));
    }

    // Arti, channel/handshake.rs, certs_badsig.
    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(7)]
    public void Each_signature_of_a_stock_relay_is_checked(int type) =>
        Assert.Throws<ChannelProtocolException>(() => PeerCertificates.Verify(
            Change(Chutney(), type, bytes => bytes[^13] ^= 7), LinkRole.Responder, _chutneyTls, ChutneyCertificates.Time));

    [Theory]
    [InlineData(LinkRole.Initiator)]
    [InlineData(LinkRole.Responder)]
    public void What_a_relay_sends_is_good_in_its_role_and_no_other(LinkRole role)
    {
        LinkRole other = role == LinkRole.Initiator ? LinkRole.Responder : LinkRole.Initiator;
        PeerCertificates peer = Verify(Own(role), role);

        Assert.Equal(TestRelay.A.Certificates.Identity, peer.Identity);
        Assert.Equal(role == LinkRole.Initiator ? TestRelay.A.AuthenticationKey.PublicKey : null, peer.AuthenticationKey);
        Assert.Throws<ChannelProtocolException>(() => Verify(Own(role), other));
    }

    [Theory]
    [InlineData(LinkRole.Initiator, 2)]
    [InlineData(LinkRole.Initiator, 4)]
    [InlineData(LinkRole.Initiator, 6)]
    [InlineData(LinkRole.Initiator, 7)]
    [InlineData(LinkRole.Responder, 2)]
    [InlineData(LinkRole.Responder, 4)]
    [InlineData(LinkRole.Responder, 5)]
    [InlineData(LinkRole.Responder, 7)]
    public void A_needed_certificate_that_is_missing_double_cut_or_changed_closes(LinkRole role, int type)
    {
        Certs certs = Own(role);
        LinkCertificate one = certs.Certificates.First(item => (int)item.Type == type);

        Assert.Throws<ChannelProtocolException>(() => Verify(new Certs([.. certs.Certificates.Where(item => item != one)]), role));
        Assert.Throws<ChannelProtocolException>(() => Verify(new Certs([.. certs.Certificates, one]), role));
        Assert.Throws<ChannelProtocolException>(() => Verify(Change(certs, type, bytes => bytes[^13] ^= 7), role));
        for (int length = 0; length < one.Bytes.Length; length += 11)
        {
            var cut = new LinkCertificate(one.Type, one.Bytes[..length]);
            Assert.Throws<ChannelProtocolException>(
                () => Verify(new Certs([.. certs.Certificates.Select(item => item == one ? cut : item)]), role));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void The_old_RSA_certificates_may_be_missing_or_garbage_but_not_double(int type)
    {
        LinkRole role = type == 1 ? LinkRole.Responder : LinkRole.Initiator;
        Certs certs = Own(role);
        LinkCertificate one = certs.Certificates[0];

        Verify(new Certs([.. certs.Certificates.Skip(1)]), role);
        Verify(new Certs([new LinkCertificate(one.Type, new byte[] { 1, 2, 3 }), .. certs.Certificates.Skip(1)]), role);
        Assert.Throws<ChannelProtocolException>(() => Verify(new Certs([one, .. certs.Certificates]), role));
    }

    [Fact]
    public void Unknown_types_are_ignored_even_when_double()
    {
        LinkCertificate[] unknown = [new((LinkCertificateType)8, new byte[5]), new((LinkCertificateType)8, default), new(0, default)];

        Verify(new Certs([.. unknown, .. Own(LinkRole.Responder).Certificates]), LinkRole.Responder);
    }

    [Theory]
    [InlineData(4, 2)]
    [InlineData(5, 2)]
    [InlineData(7, 32)]
    public void An_expired_certificate_closes(int type, int expiryAt) =>
        Assert.Throws<ChannelProtocolException>(() => Verify(
            Change(Own(LinkRole.Responder), type, bytes => bytes.AsSpan(expiryAt, 4).Clear()), LinkRole.Responder));

    [Fact]
    public void Certificates_are_good_until_the_first_of_them_expires()
    {
        DateTime end = TestRelay.A.Certificates.ExpiresAt;

        Verify(Own(LinkRole.Initiator), LinkRole.Initiator, end);
        Assert.Throws<ChannelProtocolException>(() => Verify(Own(LinkRole.Initiator), LinkRole.Initiator, end.AddSeconds(1)));
    }

    [Fact]
    public void The_RSA_identity_certificate_has_two_days_of_tolerance()
    {
        DateTime end = TestRelay.A.Tls.Identity.NotAfter;
        Certs certs = TestRelay.A.Certify(end).ToCerts(LinkRole.Responder);

        Verify(certs, LinkRole.Responder, end.AddDays(1.9));
        Certs later = TestRelay.A.Certify(end.AddDays(2)).ToCerts(LinkRole.Responder);
        Assert.Throws<ChannelProtocolException>(() => Verify(later, LinkRole.Responder, end.AddDays(2.1)));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(7)]
    public void A_certificate_of_another_relay_closes(int type)
    {
        LinkCertificate foreign = TestRelay.B.Certificates.ToCerts(LinkRole.Responder).Certificates.First(item => (int)item.Type == type);
        var mixed = new Certs(
            [.. Own(LinkRole.Responder).Certificates.Select(item => (int)item.Type == type ? foreign : item)]);

        Assert.Throws<ChannelProtocolException>(() => Verify(mixed, LinkRole.Responder));
    }

    [Fact]
    public void Another_TLS_certificate_closes() =>
        Assert.Throws<ChannelProtocolException>(() => PeerCertificates.Verify(
            Own(LinkRole.Responder), LinkRole.Responder, TestRelay.A.Tls.Identity.Digest, TestRelay.Now));

    [Fact]
    public void A_signing_certificate_without_the_identity_key_closes()
    {
        Ed25519Certificate bare = Ed25519Certificate.Create(
            Ed25519CertificateType.IdentitySigning,
            TestRelay.A.SigningKey.PublicKey,
            TestRelay.Now.AddDays(1),
            TestRelay.A.Identity,
            includeSigningKey: false);

        Assert.Throws<ChannelProtocolException>(() => Verify(Replace(4, bare.Encoded), LinkRole.Responder));
        Assert.Throws<ArgumentException>(() => TestRelay.A.Certify(TestRelay.Now, includeIdentity: false));
    }

    // Stricter than stock tor, which does not look at the type inside; as Arti.
    [Fact]
    public void A_well_signed_certificate_of_another_type_closes()
    {
        Ed25519Certificate disguised = Ed25519Certificate.Create(
            Ed25519CertificateType.SigningAuthentication,
            CertifiedKeyType.X509Sha256,
            TestRelay.A.Tls.Link.Digest.ToArray(),
            TestRelay.Now.AddDays(1),
            TestRelay.A.SigningKey,
            includeSigningKey: false);

        Assert.Throws<ChannelProtocolException>(() => Verify(Replace(5, disguised.Encoded), LinkRole.Responder));
    }

    [Fact]
    public void An_identity_key_that_has_not_1024_bits_closes()
    {
        Certs certs = Replace(2, TestRelay.A.Tls.Link.Encoded);

        Assert.Contains(
            "2048 bits",
            Assert.Throws<ChannelProtocolException>(() => Verify(certs, LinkRole.Responder)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_signing_certificate_must_certify_the_signing_key()
    {
        using var other = Ed25519PrivateKey.Generate(new SeededRandomSource(5));

        Assert.Throws<ArgumentException>(() => LinkCertificates.Create(
            TestRelay.A.Tls,
            TestRelay.A.Certificates.Signing,
            other,
            TestRelay.A.AuthenticationKey,
            TestRelay.A.RsaIdentity,
            TestRelay.Now));
    }

    private static Certs Chutney() => new(
    [
        new LinkCertificate(LinkCertificateType.RsaIdentity, ChutneyCertificates.IdentityX509),
        new LinkCertificate(LinkCertificateType.Ed25519Signing, ChutneyCertificates.Signing),
        new LinkCertificate(LinkCertificateType.Ed25519Tls, ChutneyCertificates.Link),
        new LinkCertificate(LinkCertificateType.RsaCrossCertificate, ChutneyCertificates.Cross),
    ]);

    private static Certs Own(LinkRole role) => TestRelay.A.Certificates.ToCerts(role);

    private static PeerCertificates Verify(Certs certs, LinkRole role, DateTime? now = null) =>
        PeerCertificates.Verify(certs, role, TestRelay.A.Tls.Link.Digest, now ?? TestRelay.Now);

    private static Certs Replace(int type, ReadOnlyMemory<byte> bytes) => new(
        [.. Own(LinkRole.Responder).Certificates.Select(item => (int)item.Type == type ? item with { Bytes = bytes } : item)]);

    private static Certs Change(Certs certs, int type, Action<byte[]> change) => new(
    [
        .. certs.Certificates.Select(item =>
        {
            byte[] bytes = item.Bytes.ToArray();
            if ((int)item.Type == type)
            {
                change(bytes);
            }

            return item with { Bytes = bytes };
        }),
    ]);
}
