using System.Text;
using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Keys;
using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.Certificates;
using Tunic.Tor.Protocol.OnionServices.Authorization;
using Tunic.Tor.Protocol.OnionServices.Descriptors;

namespace Tunic.Tests.Tor.Protocol.OnionServices.Descriptors;

// What only the service itself, or whoever has its key, can put into the encrypted layers. Cases of stock tor: src/test/test_hs_descriptor.c,
// test_decode_descriptor (proof of work), test_decode_invalid_intro_point; of Arti: tor-netdoc/src/doc/hsdesc/inner.rs, inner_pow_*.
public sealed class MalformedLayerTests : IDisposable
{
    private const string Seed = "FE6QHfCEGDOm6FkhkISbRBLzB9FWXy8TeypbwhoxCSo="; // Arti, testdata/hsdesc-inner-pow-v1.txt
    private const string PowLine = $"pow-params v1 {Seed} 614 2024-04-11T05:15:37";

    private readonly DescriptorTestBed _bed = new();

    public static TheoryData<string, string> MiddleReplacements => new()
    {
        { "desc-auth-type x25519", "desc-auth-type unicorn" },
        { "desc-auth-type x25519", "desc-auth-type" },
        { "desc-auth-type x25519\n", "" },
        { "desc-auth-type", "x\ndesc-auth-type" },
        { "desc-auth-ephemeral-key ", "desc-auth-ephemeral-key A" },
        { "desc-auth-ephemeral-key ", "other " },
        { "auth-client ", "auth-clients " },
        { "auth-client ", "auth-client AAAA " },
        { "encrypted\n", "encrypted x\n" },
        { "MESSAGE", "UNICORN" },
    };

    [Theory]
    [MemberData(nameof(MiddleReplacements))]
    public void A_malformed_middle_layer_spoils_the_descriptor(string old, string replacement)
    {
        string text = MiddleText();
        Assert.Equal(DescriptorOpening.Opened, _bed.Open(_bed.WriteMiddle(text), out _));

        Assert.Equal(
            DescriptorOpening.BadMiddleLayer,
            _bed.Open(_bed.WriteMiddle(text.Replace(old, replacement, StringComparison.Ordinal)), out DescriptorContent? content));
        Assert.Null(content);
    }

    [Fact]
    public void Every_truncation_of_the_middle_layer_is_refused()
    {
        byte[] text = Encoding.ASCII.GetBytes(MiddleText());
        Assert.True(MiddleLayer.TryParse(text, out _));

        for (int length = 0; length < text.Length; length++)
        {
            Assert.False(MiddleLayer.TryParse(text.AsMemory(0, length), out _));
        }
    }

    [Fact]
    public void An_ephemeral_key_of_small_order_lets_nobody_in()
    {
        using ClientAuthorizationKey client = ClientAuthorizationKey.Generate(new SeededRandomSource(1));
        using var bed = new DescriptorTestBed(4, client.PublicKey);
        string middle = Encoding.ASCII.GetString(new MiddleLayer(new byte[32], bed.Keys.Clients, new byte[100]).Encode()).TrimEnd('\0');

        Assert.Equal(DescriptorOpening.WrongAuthorization, bed.Open(bed.WriteMiddle(middle), out _, client));
    }

    [Theory]
    [InlineData("create2-formats 2\n", "")]
    [InlineData("create2-formats 2", "create2-formats 1")]
    [InlineData("create2-formats 2", "create2-formats")]
    [InlineData("create2-formats 2", "create2-formats two 22 0002x")]
    [InlineData("create2-formats 2\n", "create2-formats 2\ncreate2-formats 2\n")]
    [InlineData("create2-formats 2\n", "create2-formats 2\nintro-auth-required\n")]
    [InlineData("create2-formats 2\n", "create2-formats 2\nintro-auth-required unicorn\n")]
    [InlineData("create2-formats 2\n", "create2-formats 2\nsingle-onion-service\nsingle-onion-service\n")]
    [InlineData("create2-formats 2\n", "create2-formats 2\nflow-control 1-2\n")]
    [InlineData("create2-formats 2\n", "create2-formats 2\nflow-control 1-2 0\n")]
    [InlineData("create2-formats 2\n", "create2-formats 2\nflow-control 1-2 29\n")]
    [InlineData("create2-formats 2\n", "create2-formats 2\nflow-control 1-2 33\n")]
    [InlineData("create2-formats 2\n", "create2-formats 2\nflow-control 1-2 unicorn\n")]
    [InlineData("create2-formats 2\n", "create2-formats 2\npow-params\n")]
    [InlineData("create2-formats 2\n", "create2-formats 2\npow-params v1 a a\n")]
    [InlineData("create2-formats 2\n", "create2-formats 2\npow-params v1 AAAA 614 2024-04-11T05:15:37\n")]
    [InlineData("create2-formats 2\n", $"create2-formats 2\npow-params v1 {Seed} 4294967296 2024-04-11T05:15:37\n")]
    [InlineData("create2-formats 2\n", $"create2-formats 2\npow-params v1 {Seed} 614 2024-04-11T05:15:37Z\n")]
    [InlineData("create2-formats 2\n", $"create2-formats 2\npow-params v1 {Seed} 614 T\n")]
    [InlineData("create2-formats 2\n", $"create2-formats 2\n{PowLine}\n{PowLine}\n")]
    [InlineData("create2-formats 2\n", "create2-formats 2\npow-params x\n-----BEGIN THING-----\n-----END THING-----\n")]
    [InlineData("enc-key ntor", "x\n-----BEGIN THING-----\n*\n-----END THING-----\nenc-key ntor")]
    public void A_malformed_inner_layer_spoils_the_descriptor(string old, string replacement) => Assert.Equal(
        DescriptorOpening.BadInnerLayer,
        _bed.Open(_bed.WriteInner(_bed.InnerText().Replace(old, replacement, StringComparison.Ordinal)), out _));

    [Theory]
    [InlineData("create2-formats 1 2 3")]
    [InlineData("create2-formats unicorn 2")]
    [InlineData("create2-formats 2\nnew-line\n-----BEGIN THING-----\nAAAA\n-----END THING-----")]
    [InlineData("create2-formats 2\nintro-auth-required ed25519 unicorn")]
    [InlineData("create2-formats 2\nsingle-onion-service really")]
    [InlineData("create2-formats 2\nflow-control 1-2 30 more")]
    [InlineData("create2-formats 2\nflow-control 1-2 32")]
    [InlineData("create2-formats 2\nflow-control unicorn 31")]
    [InlineData("create2-formats 2\npow-params x-example\npow-params x-example")]
    [InlineData($"create2-formats 2\npow-params x-example\n{PowLine} more")]
    public void What_is_new_or_unknown_is_tolerated(string start)
    {
        string text = _bed.InnerText().Replace("create2-formats 2", start, StringComparison.Ordinal);

        Assert.Equal(DescriptorOpening.Opened, _bed.Open(_bed.WriteInner(text), out DescriptorContent? content));
        Assert.Equal(3, content!.IntroductionPoints.Count);
        Assert.Equal(start.Contains(PowLine, StringComparison.Ordinal), content.ProofOfWork is not null);
        Assert.False(start.Contains("unicorn 31", StringComparison.Ordinal) && content.FlowControl!.SupportsCongestionControl);
    }

    // Arti, tor-netdoc/src/doc/hsdesc/inner.rs, inner_c_pow_v1: a line of stock tor.
    [Fact]
    public void The_puzzle_of_stock_is_read()
    {
        string text = _bed.InnerText().Replace("create2-formats 2", $"create2-formats 2\n{PowLine}", StringComparison.Ordinal);

        Assert.Equal(DescriptorOpening.Opened, _bed.Open(_bed.WriteInner(text), out DescriptorContent? content));
        Assert.Equal("144E901DF0841833A6E8592190849B4412F307D1565F2F137B2A5BC21A31092A", Convert.ToHexString(content!.ProofOfWork!.Seed.Span));
        Assert.Equal(614u, content.ProofOfWork.SuggestedEffort);
        Assert.Equal(DateTime.UnixEpoch.AddSeconds(1712812537), content.ProofOfWork.ExpiresAt);
    }

    [Theory]
    [InlineData("introduction-point ", "introduction-point blah")]
    [InlineData("introduction-point ", "introduction-point x ")]
    [InlineData("onion-key ntor ", "onion-key unicorn ")]
    [InlineData("onion-key ntor ", "onion-key ntor A")]
    [InlineData("onion-key ntor ", "onion-key ntor blah\nonion-key ntor ")]
    [InlineData("auth-key\n-----BEGIN ED25519 CERT", "auth-key\n-----BEGIN ED25519 CARD")]
    [InlineData("auth-key\n", "auth-key x\n")]
    [InlineData("enc-key ntor ", "enc-key unicorn ")]
    [InlineData("enc-key ntor ", "enc-key ntor\nother ")]
    [InlineData("enc-key ntor ", "enc-key ntor blah=== ")]
    [InlineData("enc-key ntor ", "enc-key ntor AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA ")] // bug 41295
    [InlineData("enc-key-cert\n", "enc-key-cert-not\n")]
    [InlineData("auth-key\n", "legacy-key blah===\nauth-key\n")]
    public void A_malformed_introduction_point_is_left_out(string old, string replacement)
    {
        string good = _bed.InnerText(_bed.Content(2));
        int second = good.LastIndexOf("introduction-point", StringComparison.Ordinal);
        string bad = good[second..].Replace(old, replacement, StringComparison.Ordinal);
        if (bad.Contains("CARD", StringComparison.Ordinal))
        {
            int end = bad.IndexOf("END ED25519 CERT", StringComparison.Ordinal);
            bad = bad[..end] + "END ED25519 CARD" + bad[(end + 16)..];
        }

        Assert.Equal(DescriptorOpening.Opened, _bed.Open(_bed.WriteInner(good[..second] + bad), out DescriptorContent? content));
        Assert.Single(content!.IntroductionPoints);
        Assert.Equal(DescriptorOpening.Opened, _bed.Open(_bed.WriteInner("create2-formats 2\n" + bad + good[second..]), out content));
        Assert.Single(content!.IntroductionPoints);
    }

    [Fact]
    public void Certificates_of_introduction_points_must_be_the_descriptors_own()
    {
        using Ed25519PrivateKey stranger = Ed25519PrivateKey.Generate(new SeededRandomSource(2));
        string foreign = Encoding.ASCII.GetString(
            new InnerLayerWriter(stranger, DescriptorTestBed.Now.AddHours(1)).Write(_bed.Content(1)));

        Assert.Equal(DescriptorOpening.Opened, _bed.Open(_bed.WriteInner(foreign), out DescriptorContent? content));
        Assert.Empty(content!.IntroductionPoints);
    }

    [Fact]
    public void Twenty_introduction_points_are_read_and_one_more_is_refused()
    {
        string twenty = _bed.InnerText(_bed.Content(20));
        string one = twenty[twenty.LastIndexOf("introduction-point", StringComparison.Ordinal)..];

        Assert.Equal(DescriptorOpening.Opened, _bed.Open(_bed.WriteInner(twenty), out DescriptorContent? content));
        Assert.Equal(20, content!.IntroductionPoints.Count);
        Assert.True(new InnerLayerParser(_bed.Keys.SigningKey.PublicKey, DescriptorTestBed.Now, 31).TryParse(Bytes(twenty), out _));
        Assert.False(new InnerLayerParser(_bed.Keys.SigningKey.PublicKey, DescriptorTestBed.Now, 31).TryParse(Bytes(twenty + one), out _));
    }

    [Fact]
    public void No_truncation_of_the_inner_layer_does_harm()
    {
        byte[] text = Bytes(_bed.InnerText(_bed.Content(1)));
        var parser = new InnerLayerParser(_bed.Keys.SigningKey.PublicKey, DescriptorTestBed.Now, 31);
        Assert.True(parser.TryParse(text, out DescriptorContent? whole));
        Assert.Single(whole.IntroductionPoints);

        for (int length = 0; length < text.Length - 1; length++)
        {
            Assert.False(parser.TryParse(text.AsMemory(0, length), out DescriptorContent? content) && content.IntroductionPoints.Count > 0);
        }
    }

    // hs_descriptor.c, decode_intro_legacy_key: services of tor 0.3.2 to 0.4.4 wrote these for relays older than themselves.
    [Theory]
    [InlineData(0, true)]
    [InlineData(54, true)]
    [InlineData(56, false)]
    public void A_legacy_key_is_read_when_it_certifies_the_descriptors_key(int hoursPast, bool good)
    {
        using RsaPrivateKey legacy = RsaPrivateKey.Generate(1024);
        RsaToEd25519CrossCertificate certificate = RsaToEd25519CrossCertificate.Create(
            legacy, _bed.Keys.SigningKey.PublicKey, DescriptorTestBed.Now.AddHours(-hoursPast));
        string text = _bed.InnerText(_bed.Content(1))
            + Object("legacy-key", "RSA PUBLIC KEY", legacy.PublicKey.Pkcs1Der)
            + Object("legacy-key-cert", "CROSSCERT", certificate.Encoded.ToArray());

        Assert.Equal(DescriptorOpening.Opened, _bed.Open(_bed.WriteInner(text), out DescriptorContent? content));
        Assert.Equal(good ? [legacy.PublicKey.Identity] : [], content!.IntroductionPoints.Select(point => point.LegacyKey!.Identity));
    }

    [Fact]
    public void A_legacy_key_without_certificate_or_with_that_of_another_spoils_its_introduction_point()
    {
        using RsaPrivateKey legacy = RsaPrivateKey.Generate(1024);
        RsaToEd25519CrossCertificate foreign = RsaToEd25519CrossCertificate.Create(legacy, new Ed25519Identity(new byte[32]), DescriptorTestBed.Now.AddHours(1));
        string start = _bed.InnerText(_bed.Content(1)) + Object("legacy-key", "RSA PUBLIC KEY", legacy.PublicKey.Pkcs1Der);

        foreach (string end in (string[])["", Object("legacy-key-cert", "CROSSCERT", foreign.Encoded.ToArray()), Object("legacy-key-cert", "CROSSCERT", [1, 2])])
        {
            Assert.Equal(DescriptorOpening.Opened, _bed.Open(_bed.WriteInner(start + end), out DescriptorContent? content));
            Assert.Empty(content!.IntroductionPoints);
        }
    }

    public void Dispose() => _bed.Dispose();

    private static string Object(string keyword, string label, byte[] bytes) =>
        $"{keyword}\n-----BEGIN {label}-----\n{Convert.ToBase64String(bytes)}\n-----END {label}-----\n";

    private static byte[] Bytes(string text) => Encoding.ASCII.GetBytes(text);

    private string MiddleText()
    {
        byte[] secret = _bed.Keys.Credential.BlindedKey.Key.ToArray();
        Assert.True(OnionServiceDescriptor.TryParse(_bed.Write(), DescriptorTestBed.Now, out OnionServiceDescriptor? read, out _));
        var cipher = new DescriptorLayerCipher(secret, _bed.Credential.Subcredential, DescriptorTestBed.Counter, isInner: false);
        Assert.True(cipher.TryDecrypt(read.Superencrypted.Span, out byte[]? middle));
        return Encoding.ASCII.GetString(middle);
    }
}
