using Tunic.Primitives.Bytes;
using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Keys;
using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.Certificates;

namespace Tunic.Tests.Tor.Protocol.Certificates;

public sealed class Ed25519CertificateTests
{
    // Time and lifetime of stock tor, src/test/test_routerkeys.c, test_routerkeys_ed_certs.
    private static readonly DateTime _now = DateTime.UnixEpoch.AddSeconds(1412094534);
    private static readonly DateTime _end = _now.AddSeconds(10000);

    private readonly Ed25519PrivateKey _signer = Ed25519PrivateKey.Generate(new SeededRandomSource(1));
    private readonly Ed25519PrivateKey _other = Ed25519PrivateKey.Generate(new SeededRandomSource(2));

    [Fact]
    public void The_signing_certificate_of_a_stock_relay_verifies_with_the_key_inside()
    {
        Ed25519Certificate certificate = Ed25519Certificate.Parse(ChutneyCertificates.Signing);

        Assert.Equal(Ed25519CertificateType.IdentitySigning, certificate.Type);
        Assert.Equal(CertifiedKeyType.Ed25519, certificate.KeyType);
        Assert.Equal(Key(ChutneyCertificates.SigningKey), certificate.CertifiedKey);
        Assert.Equal(Key(ChutneyCertificates.Ed25519Identity), certificate.SigningKey);
        Assert.Equal(new DateTime(2020, 10, 26, 18, 0, 0, DateTimeKind.Utc), certificate.ExpiresAt);
        Assert.True(certificate.TryVerify(ChutneyCertificates.Time));
        Assert.True(certificate.TryVerify(Key(ChutneyCertificates.Ed25519Identity), ChutneyCertificates.Time));
    }

    [Fact]
    public void The_link_certificate_of_a_stock_relay_verifies_with_the_signing_key_only()
    {
        Ed25519Certificate certificate = Ed25519Certificate.Parse(ChutneyCertificates.Link);

        Assert.Equal(Ed25519CertificateType.SigningLink, certificate.Type);
        Assert.Equal(CertifiedKeyType.X509Sha256, certificate.KeyType);
        Assert.Equal(ChutneyCertificates.TlsCertificateDigest, certificate.CertifiedDigest.ToString().ToLowerInvariant());
        Assert.Null(certificate.SigningKey);
        Assert.Equal(new DateTime(2020, 9, 28, 18, 0, 0, DateTimeKind.Utc), certificate.ExpiresAt);
        Assert.True(certificate.TryVerify(Key(ChutneyCertificates.SigningKey), ChutneyCertificates.Time));
        Assert.False(certificate.TryVerify(Key(ChutneyCertificates.Ed25519Identity), ChutneyCertificates.Time));
        Assert.False(certificate.TryVerify(ChutneyCertificates.Time));
    }

    // Arti, crates/tor-cert/tests/invalid_certs.rs, mismatched_signing_key.
    [Fact]
    public void A_key_inside_that_is_not_the_expected_one_fails()
    {
        Ed25519Certificate certificate = Ed25519Certificate.Parse(ChutneyCertificates.Signing);

        Assert.False(certificate.TryVerify(
            Key("dcb604db2034b00fd16986d4adb9d16b21cb4e4457a33dec0f538903683e96cc"), ChutneyCertificates.Time));
    }

    [Theory]
    [InlineData(false, 104)]
    [InlineData(true, 140)]
    public void A_created_certificate_reads_back_and_verifies_as_in_stock_tor(bool includeSigningKey, int length)
    {
        Ed25519Certificate certificate = Ed25519Certificate.Parse(Create(includeSigningKey));

        Assert.Equal(length, certificate.Encoded.Length);
        Assert.Equal(Ed25519CertificateType.SigningLink, certificate.Type);
        Assert.Equal(_other.PublicKey, certificate.CertifiedKey);
        Assert.Equal(includeSigningKey ? _signer.PublicKey : null, certificate.SigningKey);
        Assert.False(certificate.TryVerify(_signer.PublicKey, _now.AddSeconds(30000)));
        Assert.False(certificate.TryVerify(_other.PublicKey, _now));
        Assert.Equal(includeSigningKey, certificate.TryVerify(_now));
        Assert.True(certificate.TryVerify(_signer.PublicKey, _now));
        Assert.True(Ed25519.VerifyBatch([certificate.GetSigned(_signer.PublicKey)]));
        Assert.False(Ed25519.VerifyBatch([certificate.GetSigned(_other.PublicKey)]));
    }

    [Fact]
    public void Expiry_is_rounded_up_to_the_hour_and_includes_its_last_moment()
    {
        Ed25519Certificate certificate = Ed25519Certificate.Parse(Create(includeSigningKey: true));

        Assert.Equal(0, certificate.ExpiresAt.Ticks % TimeSpan.TicksPerHour);
        Assert.InRange(certificate.ExpiresAt, _end, _end.AddHours(1));
        Assert.True(certificate.TryVerify(certificate.ExpiresAt));
        Assert.False(certificate.TryVerify(certificate.ExpiresAt.AddTicks(1)));
    }

    [Fact]
    public void An_expiry_beyond_the_calendar_is_the_end_of_the_calendar()
    {
        byte[] encoded = Create(includeSigningKey: false);
        encoded.AsSpan(2, 4).Fill(0xff);

        Assert.Equal(DateTime.MaxValue, Ed25519Certificate.Parse(encoded).ExpiresAt);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Every_truncation_and_every_extra_byte_is_malformed(bool includeSigningKey)
    {
        byte[] encoded = Create(includeSigningKey);
        for (int length = 0; length < encoded.Length; length++)
        {
            Assert.False(Ed25519Certificate.TryParse(encoded.AsSpan(0, length), out _));
        }

        Assert.Throws<MalformedMessageException>(() => Ed25519Certificate.Parse([.. encoded, 0]));
    }

    [Fact]
    public void Every_changed_bit_is_malformed_or_fails_to_verify()
    {
        byte[] encoded = Create(includeSigningKey: true);
        for (int bit = 0; bit < 8 * encoded.Length; bit++)
        {
            byte[] changed = [.. encoded];
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            bool verifies = Ed25519Certificate.TryParse(changed, out Ed25519Certificate? certificate)
                && certificate!.TryVerify(_signer.PublicKey, _now);

            Assert.False(verifies, $"bit {bit}");
        }
    }

    // Arti, crates/tor-cert/tests/invalid_certs.rs, cant_parse; stock tor, test_routerkeys_ed_certs.
    [Fact]
    public void Another_version_is_malformed()
    {
        byte[] encoded = Create(includeSigningKey: false);
        encoded[0] = 99;

        Assert.Throws<MalformedMessageException>(() => Ed25519Certificate.Parse(encoded));
    }

    [Fact]
    public void A_signing_key_of_another_length_is_malformed()
    {
        Assert.Throws<MalformedMessageException>(() => Ed25519Certificate.Parse(WithExtensions([0, 33, 4, 0, .. new byte[33]])));
        Assert.Throws<MalformedMessageException>(() => Ed25519Certificate.Parse(WithExtensions([0, 31, 4, 0, .. new byte[31]])));
    }

    [Fact]
    public void Two_signing_keys_are_malformed() =>
        Assert.Throws<MalformedMessageException>(() => Ed25519Certificate.Parse(
            WithExtensions([0, 32, 4, 0, .. new byte[32]], [0, 32, 4, 0, .. new byte[32]])));

    [Fact]
    public void An_unknown_extension_is_ignored_unless_it_affects_validation()
    {
        byte[] harmless = WithExtensions([0, 2, 9, 0xfe, 1, 2], [0, 0, 9, 0]);

        Assert.Null(Ed25519Certificate.Parse(harmless).SigningKey);
        Assert.Throws<MalformedMessageException>(() => Ed25519Certificate.Parse(WithExtensions([0, 2, 9, 1, 1, 2])));
    }

    [Fact]
    public void A_certified_key_of_another_length_cannot_be_signed() =>
        Assert.Throws<ArgumentException>(() => Ed25519Certificate.Create(
            Ed25519CertificateType.SigningLink, CertifiedKeyType.X509Sha256, new byte[31], _end, _signer, includeSigningKey: false));

    private static Ed25519Identity Key(string hex) => new(Convert.FromHexString(hex));

    private static byte[] WithExtensions(params byte[][] extensions) =>
    [
        1, 5, 0, 6, 0, 0, 1,
        .. new byte[32],
        (byte)extensions.Length,
        .. extensions.SelectMany(bytes => bytes),
        .. new byte[64],
    ];

    private byte[] Create(bool includeSigningKey) => Ed25519Certificate
        .Create(Ed25519CertificateType.SigningLink, _other.PublicKey, _end, _signer, includeSigningKey)
        .Encoded.ToArray();
}
