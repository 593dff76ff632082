using System.Net;
using System.Text;
using Tunic.Primitives.Cryptography;
using Tunic.Tor.Protocol.Documents;
using Tunic.Tor.Protocol.Documents.Authorities;

namespace Tunic.Tests.Tor.Protocol.Documents;

public sealed class AuthorityCertificateTests
{
    [Fact]
    public void Certificates_made_by_tor_gencert_hold()
    {
        Assert.Equal(3, StockNetwork.Certificates.Count);
        Assert.All(StockNetwork.Certificates, certificate => Assert.Equal(3072, certificate.IdentityKey.KeySizeBits));
        Assert.All(StockNetwork.Certificates, certificate => Assert.Equal(2048, certificate.SigningKey.KeySizeBits));
        Assert.Contains(StockNetwork.Certificates, certificate => certificate.DirectoryAddress!.Equals(new IPEndPoint(IPAddress.Loopback, 21000)));
    }

    [Fact]
    public void With_the_same_keys_the_writer_makes_the_same_bytes()
    {
        using RsaPrivateKey identityKey = StockNetwork.ReadRsaKey("authority-identity");
        using RsaPrivateKey signingKey = StockNetwork.ReadRsaKey("authority-signing");
        AuthorityCertificate stock = StockNetwork.Certificates.Single(certificate => certificate.Identity == identityKey.PublicKey.Identity);

        byte[] own = AuthorityCertificateWriter.Write(identityKey, signingKey, stock.Published, stock.Expires, stock.DirectoryAddress);

        Assert.Equal(Encoding.UTF8.GetString(stock.Text.Span), Encoding.UTF8.GetString(own));
    }

    [Theory]
    [InlineData("dir-key-certificate-version 3", "dir-key-certificate-version 4", "Key certificate does not begin with a recognized version (3).")]
    [InlineData("dir-key-published 2026", "dir-key-published 2025", "Error reading key certificate: signature does not match.")]
    [InlineData("dir-address 127.0.0.1", "dir-address 127.0.0.x", "Couldn't parse dir-address in certificate")]
    [InlineData("-----BEGIN SIGNATURE-----", "-----BEGIN SIGNATURF-----", "Malformed object: mismatched end tag")]
    public void Damaged_certificates_are_refused(string original, string replacement, string reason)
    {
        string text = Encoding.UTF8.GetString(StockNetwork.Certificates[0].Text.Span).Replace(original, replacement, StringComparison.Ordinal);

        Assert.False(AuthorityCertificate.TryParse(Encoding.UTF8.GetBytes(text), out _, out DocumentFault? fault));
        Assert.Equal(reason, fault.Reason);
    }

    [Fact]
    public void A_certificate_of_another_authority_does_not_fit_the_fingerprint()
    {
        string text = Encoding.UTF8.GetString(StockNetwork.Certificates[0].Text.Span)
            .Replace(StockNetwork.Certificates[0].Identity.ToString(), StockNetwork.Certificates[1].Identity.ToString(), StringComparison.Ordinal);

        Assert.False(AuthorityCertificate.TryParse(Encoding.UTF8.GetBytes(text), out _, out DocumentFault? fault));
        Assert.Equal("Digest of certificate key didn't match declared fingerprint", fault.Reason);
    }

    [Fact]
    public void One_bad_certificate_in_a_list_does_not_spoil_the_others()
    {
        string text = StockNetwork.ReadText("certificates");
        string damaged = text.Insert(text.IndexOf("dir-key-crosscert", StringComparison.Ordinal), "dir-key-expires 2000-01-01 00:00:00\n");

        Assert.Equal(2, AuthorityCertificate.ParseList(Encoding.UTF8.GetBytes(damaged)).Count);
        Assert.Empty(AuthorityCertificate.ParseList(Array.Empty<byte>()));
    }

    [Fact]
    public void Damaged_text_never_throws()
    {
        byte[] text = StockNetwork.Certificates[0].Text.ToArray();
        Assert.Equal(0, DocumentHarness.CountAcceptedPrefixes(text, Parse));
        DocumentHarness.Mutate(text, seed: 21, rounds: 1000, Parse);
    }

    private static bool Parse(ReadOnlyMemory<byte> text) =>
        AuthorityCertificate.ParseList(text).Count > 0 && AuthorityCertificate.TryParse(text, out _, out _);
}
