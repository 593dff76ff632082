using System.Text;
using System.Text.RegularExpressions;
using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Keys;
using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.Certificates;
using Tunic.Tor.Protocol.OnionServices.Authorization;
using Tunic.Tor.Protocol.OnionServices.Descriptors;

namespace Tunic.Tests.Tor.Protocol.OnionServices.Descriptors;

public sealed class DescriptorRoundTripTests : IDisposable
{
    private readonly DescriptorTestBed _bed = new();

    [Fact]
    public void What_was_written_is_read_by_a_directory()
    {
        byte[] text = _bed.Write();

        Assert.True(OnionServiceDescriptor.TryParse(text, DescriptorTestBed.Now, out OnionServiceDescriptor? read, out string? failure));

        Assert.Null(failure);
        Assert.Equal(TimeSpan.FromHours(3), read.Lifetime);
        Assert.Equal(_bed.Credential.BlindedKey, read.BlindedKey);
        Assert.Equal(_bed.Keys.SigningKey.PublicKey, read.SigningKey);
        Assert.Equal(DescriptorTestBed.Counter, read.RevisionCounter);
        Assert.Equal(new DateTime(2026, 3, 6, 17, 0, 0, DateTimeKind.Utc), read.CertificateExpiresAt); // 54 hours, rounded up
        Assert.Equal(text, read.Text.ToArray());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(20)]
    public void What_was_written_is_read_by_a_client(int points)
    {
        DescriptorContent content = _bed.Content(points);

        Assert.Equal(DescriptorOpening.Opened, _bed.Open(_bed.Write(content), out DescriptorContent? read));

        Assert.Equal(_bed.InnerText(content), _bed.InnerText(read));
        Assert.Equal(points, read!.IntroductionPoints.Count);
        Assert.Equal(content.IntroductionPoints.Select(point => point.AuthenticationKey), read.IntroductionPoints.Select(point => point.AuthenticationKey));
    }

    [Fact]
    public void Every_line_of_the_inner_layer_reads_back()
    {
        DescriptorContent content = _bed.Content() with
        {
            IsSingleOnionService = true,
            FlowControl = new DescriptorFlowControl("1-2", 31),
            ProofOfWork = new ProofOfWorkParameters(ProofOfWorkScheme.V1, _bed.Bytes(32), 614, new DateTime(2024, 4, 11, 5, 15, 37, DateTimeKind.Utc)),
            IntroductionAuthentication = ["ed25519"],
        };

        Assert.Equal(DescriptorOpening.Opened, _bed.Open(_bed.Write(content), out DescriptorContent? read));

        Assert.True(read!.IsSingleOnionService);
        Assert.True(read.FlowControl!.SupportsCongestionControl);
        Assert.Equal(content.FlowControl, read.FlowControl);
        Assert.Equal(content.ProofOfWork.Seed.ToArray(), read.ProofOfWork!.Seed.ToArray());
        Assert.Equal((614u, content.ProofOfWork.ExpiresAt), (read.ProofOfWork.SuggestedEffort, read.ProofOfWork.ExpiresAt));
        Assert.Equal(["ed25519"], read.IntroductionAuthentication);
        string[] lines = _bed.InnerText(content).Split('\n');
        Assert.Equal(["create2-formats 2", "intro-auth-required ed25519", "single-onion-service", "flow-control 1-2 31"], lines[..4]);
        Assert.Matches(@"^pow-params v1 [A-Za-z0-9+/]{43}= 614 2024-04-11T05:15:37$", lines[4]);
        Assert.StartsWith("introduction-point ", lines[5], StringComparison.Ordinal);
    }

    // Shape of stock tor's text: src/feature/hs/hs_descriptor.c, desc_encode_v3, get_outer_encrypted_layer_plaintext, encode_intro_point.
    [Fact]
    public void The_three_layers_have_the_shape_of_stocks()
    {
        string base64 = @"(?:[A-Za-z0-9+/=]{1,64}\n)+";
        string certificate = $"-----BEGIN ED25519 CERT-----\n{base64}-----END ED25519 CERT-----\n";
        string message = $"-----BEGIN MESSAGE-----\n{base64}-----END MESSAGE-----";
        byte[] text = _bed.Write();
        Assert.True(OnionServiceDescriptor.TryParse(text, DescriptorTestBed.Now, out OnionServiceDescriptor? read, out _));
        var cipher = new DescriptorLayerCipher(read.BlindedKey.Key.ToArray(), _bed.Credential.Subcredential, read.RevisionCounter, isInner: false);
        Assert.True(cipher.TryDecrypt(read.Superencrypted.Span, out byte[]? middle));

        Assert.Matches(
            new Regex($@"\Ahs-descriptor 3\ndescriptor-lifetime 180\ndescriptor-signing-key-cert\n{certificate}revision-counter 19655750\nsuperencrypted\n{message}\nsignature [A-Za-z0-9+/]{{86}}\n\z"),
            Encoding.ASCII.GetString(text));
        Assert.Matches(
            new Regex($@"\Adesc-auth-type x25519\ndesc-auth-ephemeral-key [A-Za-z0-9+/]{{43}}=\n(auth-client [A-Za-z0-9+/]{{11}} [A-Za-z0-9+/]{{22}} [A-Za-z0-9+/]{{22}}\n){{16}}encrypted\n{message}\z"),
            Encoding.ASCII.GetString(middle!));
        Assert.Matches(
            new Regex($@"\Acreate2-formats 2\n(introduction-point [A-Za-z0-9+/=]+\nonion-key ntor [A-Za-z0-9+/]{{43}}=\nauth-key\n{certificate}enc-key ntor [A-Za-z0-9+/]{{43}}=\nenc-key-cert\n{certificate}){{3}}\z"),
            _bed.InnerText());
    }

    // test_hs_descriptor.c, test_descriptor_padding.
    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(9)]
    public void The_middle_layer_is_padded_to_ten_thousand_bytes(int points)
    {
        Assert.True(OnionServiceDescriptor.TryParse(_bed.Write(_bed.Content(points)), DescriptorTestBed.Now, out OnionServiceDescriptor? read, out _));

        Assert.Equal(0, (read.Superencrypted.Length - 16 - 32) % 10_000);
    }

    [Fact]
    public void Certificates_of_introduction_points_run_54_hours_from_the_start_of_the_hour_and_are_signed_by_the_descriptors_key()
    {
        byte[] text = _bed.Write(_bed.Content(1));
        Assert.True(OnionServiceDescriptor.TryParse(text, DescriptorTestBed.Now, out OnionServiceDescriptor? read, out _));
        DateTime expected = new(2026, 3, 6, 16, 0, 0, DateTimeKind.Utc);

        Assert.Equal(DescriptorOpening.Opened, read.Open(_bed.Credential, default, expected, 31, out DescriptorContent? good));
        Assert.Single(good!.IntroductionPoints);
        Assert.Equal(DescriptorOpening.Opened, read.Open(_bed.Credential, default, expected.AddSeconds(1), 31, out DescriptorContent? expired));
        Assert.Empty(expired!.IntroductionPoints);
    }

    // hs_service.c, setup_desc_intro_point: types 9 and 0x0B, signing key included, the encryption key as an Ed25519 key with sign bit 0.
    [Fact]
    public void The_certificates_are_of_stocks_types_and_keys()
    {
        DescriptorContent content = _bed.Content(1);
        Ed25519Certificate[] certificates =
        [
            .. Regex.Matches(_bed.InnerText(content), "-----BEGIN ED25519 CERT-----\n([^-]+)-----END")
                .Select(match => Ed25519Certificate.Parse(Convert.FromBase64String(match.Groups[1].Value))),
        ];
        var converted = new byte[32];
        Ed25519Conversion.PublicFromX25519(content.IntroductionPoints[0].EncryptionKey.Span, 0, converted);

        Assert.Equal(
            [Ed25519CertificateType.OnionIntroductionAuthentication, Ed25519CertificateType.OnionIntroductionEncryption],
            certificates.Select(certificate => certificate.Type));
        Assert.Equal(
            [content.IntroductionPoints[0].AuthenticationKey, new Ed25519Identity(converted)],
            certificates.Select(certificate => certificate.CertifiedKey));
        Assert.All(certificates, certificate => Assert.Equal(_bed.Keys.SigningKey.PublicKey, certificate.SigningKey));
        Assert.All(certificates, certificate => Assert.Equal(CertifiedKeyType.Ed25519, certificate.KeyType));
    }

    [Theory]
    [InlineData(1, 16)]
    [InlineData(16, 16)]
    [InlineData(17, 32)]
    public void Known_clients_can_read_and_their_number_is_hidden(int count, int lines)
    {
        var random = new SeededRandomSource(8);
        ClientAuthorizationKey[] clients = [.. Enumerable.Range(0, count).Select(_ => ClientAuthorizationKey.Generate(random))];
        using var bed = new DescriptorTestBed(2, [.. clients.Select(client => client.PublicKey)]);
        byte[] text = bed.Write();

        Assert.True(bed.Keys.RequiresAuthorization);
        Assert.Equal(lines, bed.Keys.Clients.Count);
        foreach (ClientAuthorizationKey client in clients)
        {
            Assert.Equal(DescriptorOpening.Opened, bed.Open(text, out DescriptorContent? content, client));
            Assert.Equal(3, content!.IntroductionPoints.Count);
        }
    }

    // test_hs_descriptor.c, test_decode_descriptor: NEED_CLIENT_AUTH and BAD_CLIENT_AUTH.
    [Fact]
    public void A_stranger_is_told_whether_his_key_is_missing_or_wrong()
    {
        var random = new SeededRandomSource(9);
        using ClientAuthorizationKey known = ClientAuthorizationKey.Generate(random);
        using ClientAuthorizationKey unknown = ClientAuthorizationKey.Generate(random);
        using var bed = new DescriptorTestBed(3, known.PublicKey);
        byte[] text = bed.Write();

        Assert.Equal(DescriptorOpening.NeedsAuthorization, bed.Open(text, out DescriptorContent? without));
        Assert.Equal(DescriptorOpening.WrongAuthorization, bed.Open(text, out DescriptorContent? with, unknown));
        Assert.True(without is null && with is null);
    }

    [Fact]
    public void A_key_does_no_harm_where_none_is_needed()
    {
        using ClientAuthorizationKey key = ClientAuthorizationKey.Generate(new SeededRandomSource(10));

        Assert.False(_bed.Keys.RequiresAuthorization);
        Assert.Equal(16, _bed.Keys.Clients.Count);
        Assert.Equal(DescriptorOpening.Opened, _bed.Open(_bed.Write(), out _, key));
    }

    [Fact]
    public void Two_versions_share_the_lines_of_clients_and_nothing_else_of_the_encrypted_layers()
    {
        DescriptorContent content = _bed.Content();
        Assert.True(OnionServiceDescriptor.TryParse(_bed.Write(content), DescriptorTestBed.Now, out OnionServiceDescriptor? one, out _));
        Assert.True(OnionServiceDescriptor.TryParse(_bed.Write(content), DescriptorTestBed.Now, out OnionServiceDescriptor? two, out _));

        Assert.False(one.Superencrypted.Span[..16].SequenceEqual(two.Superencrypted.Span[..16]));
        Assert.Equal(Lines(one), Lines(two));
    }

    [Fact]
    public void Too_many_introduction_points_or_clients_are_not_written()
    {
        Assert.Throws<ArgumentException>(() => _bed.Write(_bed.Content(21)));
        Assert.Throws<ArgumentException>(() => DescriptorWriter.Write(
            _bed.Keys, _bed.Content(), 1, DescriptorTestBed.Now, _bed.Random, maxLength: 14_000));
    }

    [Fact]
    public void The_revision_counter_of_the_keys_grows()
    {
        DateTime start = DescriptorTestBed.Now.Date;

        Assert.True(_bed.Keys.GetRevisionCounter(start.AddSeconds(1), start) > _bed.Keys.GetRevisionCounter(start, start));
    }

    public void Dispose() => _bed.Dispose();

    private string[] Lines(OnionServiceDescriptor descriptor)
    {
        var cipher = new DescriptorLayerCipher(descriptor.BlindedKey.Key.ToArray(), _bed.Credential.Subcredential, descriptor.RevisionCounter, isInner: false);
        Assert.True(cipher.TryDecrypt(descriptor.Superencrypted.Span, out byte[]? middle));
        return Encoding.ASCII.GetString(middle).Split('\n')[..18];
    }
}
