using System.Net;
using System.Security.Cryptography;
using Tunic.Primitives.Cryptography;
using Tunic.Tor.Protocol.Documents.Lexing;

namespace Tunic.Tor.Protocol.Documents.Authorities;

/// <summary>Makes authority certificates, as tor-gencert does.</summary>
public static class AuthorityCertificateWriter
{
    /// <summary>Writes and signs a certificate.</summary>
    /// <param name="identityKey">The v3 identity key; stock tor uses 3072 bits.</param>
    /// <param name="signingKey">The key to certify; stock tor uses 2048 bits.</param>
    /// <param name="published">Now, UTC.</param>
    /// <param name="expires">When the signing key ends, UTC; stock tor: 12 months later.</param>
    /// <param name="directoryAddress">IPv4 address and port of the authority's HTTP directory; null to leave it out.</param>
    public static byte[] Write(
        RsaPrivateKey identityKey, RsaPrivateKey signingKey, DateTime published, DateTime expires, IPEndPoint? directoryAddress)
    {
        var text = new DocumentWriter();
        text.Line("dir-key-certificate-version 3");
        text.OptionalLine("dir-address", directoryAddress?.ToString());
        text.Line($"fingerprint {identityKey.PublicKey.Identity}");
        text.Line($"dir-key-published {FieldText.FormatTime(published)}");
        text.Line($"dir-key-expires {FieldText.FormatTime(expires)}");
        text.Line("dir-identity-key").Object("RSA PUBLIC KEY", identityKey.PublicKey.Pkcs1Der);
        text.Line("dir-signing-key").Object("RSA PUBLIC KEY", signingKey.PublicKey.Pkcs1Der);
        text.Line("dir-key-crosscert").Object("ID SIGNATURE", signingKey.SignDigest(identityKey.PublicKey.Identity.ToArray()));
        text.Line("dir-key-certification");
        return text.Object("SIGNATURE", identityKey.SignDigest(SHA1.HashData(text.ToBytes()))).ToBytes();
    }
}
