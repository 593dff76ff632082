using System.Text;
using Tunic.Primitives.Cryptography;
using Tunic.Tor.Protocol.Certificates;
using Tunic.Tor.Protocol.Documents.Lexing;

namespace Tunic.Tor.Protocol.Documents.Descriptors;

/// <summary>Writes extra-info documents. Make it before the descriptor, which names its digests.</summary>
public static class ExtraInfoWriter
{
    /// <summary>Writes and signs a document.</summary>
    /// <param name="nickname">The relay's nickname.</param>
    /// <param name="published">The same time as in the descriptor, UTC.</param>
    /// <param name="statistics">Complete lines, each without its line feed; none may be one that the format gives a meaning.</param>
    /// <param name="identityKey">RSA identity key.</param>
    /// <param name="signingKey">Ed25519 signing key.</param>
    /// <param name="signingCertificate">Certificate of the signing key by the identity.</param>
    /// <exception cref="ArgumentException">A line has a line break in it.</exception>
    public static byte[] Write(
        string nickname,
        DateTime published,
        IEnumerable<string> statistics,
        RsaPrivateKey identityKey,
        Ed25519PrivateKey signingKey,
        Ed25519Certificate signingCertificate)
    {
        var text = new DocumentWriter();
        text.Line($"extra-info {nickname} {identityKey.PublicKey.Identity}");
        text.Line("identity-ed25519").Object("ED25519 CERT", signingCertificate.Encoded.Span);
        text.Line($"published {FieldText.FormatTime(published)}");
        foreach (string line in statistics)
        {
            text.Line(line);
        }

        return RouterDescriptorWriter.Sign(text, signingKey, identityKey);
    }

    /// <summary>The part of a parsed document before its signatures, written again.</summary>
    internal static byte[] WriteBody(ExtraInfo extraInfo)
    {
        var text = new DocumentWriter();
        text.Line($"extra-info {extraInfo.Nickname} {extraInfo.Identity}");
        text.Line("identity-ed25519").Object("ED25519 CERT", extraInfo.SigningKeyCertificate.Encoded.Span);
        text.Line($"published {FieldText.FormatTime(extraInfo.Published)}");
        return text.Append(Encoding.UTF8.GetString(extraInfo.Statistics.Span)).ToBytes();
    }
}
