using System.Net;
using System.Text;
using Tunic.Primitives.Cryptography;
using Tunic.Tor.Protocol.Voting.Keys;

namespace Tunic.Tests.Tor.Protocol.Voting.Keys;

public class AuthorityKeysTests
{
    private static readonly DateTime Now = new(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc);

    [Fact]
    public void New_keys_can_be_written_and_read()
    {
        using AuthorityKeys keys = AuthorityKeys.Create(Now, 12, new IPEndPoint(IPAddress.Loopback, 7000));
        Assert.Equal(3072, keys.Certificate.IdentityKey.KeySizeBits);
        Assert.Equal(2048, keys.Certificate.SigningKey.KeySizeBits);
        Assert.Equal(Now.AddYears(1), keys.Certificate.Expires);

        string signing = AuthorityKeys.WritePrivateKey(keys.Signing);
        Assert.StartsWith("-----BEGIN RSA PRIVATE KEY-----\n", signing, StringComparison.Ordinal);
        Assert.True(AuthorityKeys.TryRead(signing, Encoding.ASCII.GetBytes(keys.WriteCertificate()), out AuthorityKeys? read, out _));
        Assert.Equal(keys.Certificate.Identity, read.Certificate.Identity);
        read.Dispose();

        string encrypted = AuthorityKeys.WriteEncryptedPrivateKey(keys.Identity!, "secret");
        Assert.StartsWith("-----BEGIN ENCRYPTED PRIVATE KEY-----\n", encrypted, StringComparison.Ordinal);
        Assert.False(AuthorityKeys.TryReadPrivateKey(encrypted, "wrong", out _));
        Assert.True(AuthorityKeys.TryReadPrivateKey(encrypted, "secret", out RsaPrivateKey? identity));
        using AuthorityKeys renewed = AuthorityKeys.Certify(identity, Now.AddMonths(11), 6, null);
        Assert.Equal(keys.Certificate.Identity, renewed.Certificate.Identity);
        Assert.NotEqual(keys.Certificate.SigningKeyDigest, renewed.Certificate.SigningKeyDigest);
        Assert.False(AuthorityKeys.TryRead(signing, Encoding.ASCII.GetBytes(renewed.WriteCertificate()), out _, out string? failure));
        Assert.Equal("authority_certificate is not for the key in authority_signing_key", failure);
    }

    [Theory]
    [InlineData("")]
    [InlineData("garbage")]
    [InlineData("-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n")]
    [InlineData("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n")]
    public void What_is_no_key_is_refused(string pem) => Assert.False(AuthorityKeys.TryReadPrivateKey(pem, "", out _));
}
