using System.Globalization;
using System.Text;
using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.Certificates;
using Tunic.Tor.Protocol.OnionServices;
using Tunic.Tor.Protocol.OnionServices.Descriptors;

namespace Tunic.Tests.Tor.Protocol.OnionServices.Descriptors;

// Cases of stock tor, src/test/test_hs_descriptor.c (test_decode_plaintext, test_validate_cert, test_desc_signature, test_encrypted_data_len),
// and what a hostile directory or service could send besides.
public sealed class MalformedDescriptorTests : IDisposable
{
    private readonly DescriptorTestBed _bed = new();

    public static TheoryData<string, string> Replacements => new()
    {
        { "hs-descriptor 3", "hs-descriptor unicorn" },
        { "hs-descriptor 3", "hs-descriptor 2" },
        { "hs-descriptor 3", "hs-descriptor 4" },
        { "hs-descriptor 3", "hs-descriptor" },
        { "hs-descriptor 3\n", "" },
        { "hs-descriptor 3\n", "hs-descriptor 3\nhs-descriptor 3\n" },
        { "hs-descriptor 3\n", "x\nhs-descriptor 3\n" },
        { "descriptor-lifetime 180", "descriptor-lifetime unicorn" },
        { "descriptor-lifetime 180", "descriptor-lifetime 721" },
        { "descriptor-lifetime 180", "descriptor-lifetime 7181615" },
        { "descriptor-lifetime 180", "descriptor-lifetime 71582789" }, // 44 seconds when a 32-bit product wraps
        { "descriptor-lifetime 180", "descriptor-lifetime -1" },
        { "descriptor-lifetime 180\n", "" },
        { "revision-counter 19655750", "revision-counter unicorn" },
        { "revision-counter 19655750", "revision-counter -1" },
        { "revision-counter 19655750", "revision-counter +1" },
        { "revision-counter 19655750", "revision-counter 18446744073709551616" },
        { "revision-counter 19655750", "revision-counter" },
        { "BEGIN MESSAGE", "BEGIN UNICORN" },
        { "superencrypted\n", "superencrypted x\n" },
        { "descriptor-signing-key-cert\n", "descriptor-signing-key-cert x\n" },
        { "BEGIN ED25519 CERT-----\n", "BEGIN ED25519 CERT-----\n*" },
        { "ED25519 CERT", "ED25519 CARD" },
    };

    [Theory]
    [MemberData(nameof(Replacements))]
    public void A_malformed_outer_layer_is_refused_although_it_is_signed(string old, string replacement) =>
        Refuse(_bed.Change(text => text.Replace(old, replacement, StringComparison.Ordinal)));

    [Theory]
    [InlineData("0", 0ul)]
    [InlineData("18446744073709551615", ulong.MaxValue)]
    public void Any_counter_of_64_bits_is_read(string text, ulong expected)
    {
        byte[] changed = _bed.Change(whole => whole.Replace("counter 19655750", "counter " + text, StringComparison.Ordinal));

        Assert.True(OnionServiceDescriptor.TryParse(changed, DescriptorTestBed.Now, out OnionServiceDescriptor? read, out _));
        Assert.Equal(expected, read.RevisionCounter);
    }

    [Fact]
    public void Unknown_lines_are_skipped()
    {
        byte[] changed = _bed.Change(text => text.Replace("revision-counter", "new-line 1 2 3\nrevision-counter", StringComparison.Ordinal));

        Assert.Equal(DescriptorOpening.Opened, _bed.Open(changed, out _));
    }

    [Fact]
    public void Every_truncation_is_refused()
    {
        byte[] text = _bed.Write();
        for (int length = 0; length < text.Length - 1; length += length is > 600 and < 13_500 ? 97 : 1)
        {
            Refuse(text[..length]);
        }
    }

    [Fact]
    public void Every_changed_byte_is_noticed()
    {
        byte[] text = _bed.Write();
        for (int at = 0; at < text.Length; at += 61)
        {
            byte old = text[at];
            text[at] = old == (byte)'A' ? (byte)'B' : (byte)'A';
            Refuse(text);
            text[at] = old;
        }
    }

    [Fact]
    public void A_text_of_the_largest_length_is_too_long()
    {
        byte[] text = _bed.Write();

        Assert.True(OnionServiceDescriptor.TryParse(text, DescriptorTestBed.Now, out _, out _, text.Length + 1));
        Assert.False(OnionServiceDescriptor.TryParse(text, DescriptorTestBed.Now, out _, out _, text.Length));
        Refuse(Enumerable.Repeat((byte)'a', 64_000).ToArray());
        Refuse([]);
        Refuse(Encoding.ASCII.GetBytes("hladfjlkjadf"));
        Refuse([.. text, 0]);
    }

    [Theory]
    [InlineData(-2)] // of 54 hours
    [InlineData(54)]
    public void A_certificate_is_valid_until_it_expires(int hours)
    {
        byte[] text = _bed.Write();

        Assert.Equal(hours < 54, OnionServiceDescriptor.TryParse(text, DescriptorTestBed.Now.AddHours(hours + 1), out _, out _));
    }

    [Theory]
    [InlineData(Ed25519CertificateType.OnionIntroductionAuthentication, true)]
    [InlineData(Ed25519CertificateType.OnionDescriptorSigning, false)]
    public void A_certificate_of_another_type_or_without_its_key_is_refused(Ed25519CertificateType type, bool includeKey)
    {
        Ed25519Certificate certificate = Ed25519Certificate.Create(
            type, _bed.Keys.SigningKey.PublicKey, DescriptorTestBed.Now.AddHours(1), _bed.Keys.BlindedKeys.PrivateKey, includeKey);

        Refuse(_bed.Change(text => WithCertificate(text, certificate)));
    }

    [Fact]
    public void A_certificate_that_another_key_signed_is_refused()
    {
        byte[] encoded = Ed25519Certificate.Create(
            Ed25519CertificateType.OnionDescriptorSigning,
            _bed.Keys.SigningKey.PublicKey,
            DescriptorTestBed.Now.AddHours(1),
            _bed.Keys.BlindedKeys.PrivateKey,
            includeSigningKey: true).Encoded.ToArray();
        encoded[^1] ^= 1;

        Refuse(_bed.Change(text => WithCertificate(text, Ed25519Certificate.Parse(encoded))));
    }

    [Fact]
    public void A_signature_without_its_line_or_of_the_wrong_length_is_refused()
    {
        string text = Encoding.ASCII.GetString(_bed.Write());

        Refuse(Encoding.ASCII.GetBytes(text.Replace("\nsignature ", "\nsignature\t", StringComparison.Ordinal))); // ticket 23233
        Refuse(Encoding.ASCII.GetBytes(text.TrimEnd('\n') + "==\n"));
        Refuse(Encoding.ASCII.GetBytes(text[..^10] + "\n"));
        Refuse(Encoding.ASCII.GetBytes(text + "more 1\n"));
    }

    // hs_client.c, client_decode: whoever knows the address could sign a descriptor with any key that he makes for it.
    [Fact]
    public void A_descriptor_of_another_service_or_period_is_not_opened()
    {
        using var other = new DescriptorTestBed(77);
        Assert.True(OnionServiceDescriptor.TryParse(_bed.Write(), DescriptorTestBed.Now, out OnionServiceDescriptor? read, out _));
        var mixed = new PeriodCredential(_bed.Credential.Period, other.Credential.BlindedKey, _bed.Credential.Subcredential);
        PeriodCredential next = PeriodCredential.Create(_bed.Address, _bed.Credential.Period.Next);

        Assert.Equal(DescriptorOpening.WrongKey, read.Open(other.Credential, default, DescriptorTestBed.Now, 31, out _));
        Assert.Equal(DescriptorOpening.WrongKey, read.Open(mixed, default, DescriptorTestBed.Now, 31, out _));
        Assert.Equal(DescriptorOpening.WrongKey, read.Open(next, default, DescriptorTestBed.Now, 31, out _));
    }

    [Fact]
    public void Without_the_right_subcredential_it_stays_closed()
    {
        Assert.True(OnionServiceDescriptor.TryParse(_bed.Write(), DescriptorTestBed.Now, out OnionServiceDescriptor? read, out _));
        PeriodCredential wrong = _bed.Credential with { Subcredential = default };

        Assert.Equal(DescriptorOpening.BadMiddleLayer, read.Open(wrong, default, DescriptorTestBed.Now, 31, out _));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(48)]
    public void A_layer_without_room_for_salt_and_mac_is_refused(int length) => Refuse(_bed.Change(text =>
    {
        int start = text.IndexOf("-----BEGIN MESSAGE", StringComparison.Ordinal);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{text[..start]}-----BEGIN MESSAGE-----\n{Convert.ToBase64String(new byte[length])}\n-----END MESSAGE-----\n");
    }));

    [Fact]
    public void Every_changed_byte_of_a_layer_is_noticed()
    {
        var cipher = new DescriptorLayerCipher(new byte[32], default, 5, isInner: true);
        byte[] layer = cipher.Encrypt("some text"u8, new SeededRandomSource(1));
        Assert.True(cipher.TryDecrypt(layer, out byte[]? text));
        Assert.Equal("some text"u8.ToArray(), text);

        for (int at = 0; at < layer.Length; at++)
        {
            layer[at] ^= 0x80;
            Assert.False(cipher.TryDecrypt(layer, out _));
            layer[at] ^= 0x80;
            Assert.False(cipher.TryDecrypt(layer.AsSpan(0, at), out _));
        }

        Assert.False(new DescriptorLayerCipher(new byte[32], default, 5, isInner: false).TryDecrypt(layer, out _));
        Assert.False(new DescriptorLayerCipher(new byte[32], default, 6, isInner: true).TryDecrypt(layer, out _));
        Assert.False(cipher.TryDecrypt(cipher.Encrypt(new byte[100], new SeededRandomSource(1)), out _)); // nothing but padding
    }

    public void Dispose() => _bed.Dispose();

    private static string WithCertificate(string text, Ed25519Certificate certificate)
    {
        int start = text.IndexOf("-----BEGIN ED25519", StringComparison.Ordinal);
        int end = text.IndexOf("revision-counter", StringComparison.Ordinal);
        string base64 = Convert.ToBase64String(certificate.Encoded.Span);
        return $"{text[..start]}-----BEGIN ED25519 CERT-----\n{base64}\n-----END ED25519 CERT-----\n{text[end..]}";
    }

    private static void Refuse(byte[] text)
    {
        Assert.False(OnionServiceDescriptor.TryParse(text, DescriptorTestBed.Now, out OnionServiceDescriptor? descriptor, out string? failure));
        Assert.Null(descriptor);
        Assert.NotEmpty(failure!);
    }
}
