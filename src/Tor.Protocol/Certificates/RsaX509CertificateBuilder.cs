using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Text;
using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Time;

namespace Tunic.Tor.Protocol.Certificates;

/// <summary>Makes X.509 certificates that look like stock tor's (tor_tls_create_certificate): version 3, a common name and nothing
/// else in each name, no extensions, SHA-256 with RSA.</summary>
internal static class RsaX509CertificateBuilder
{
    private const int SerialLength = 8;
    private const string Base32 = "abcdefghijklmnopqrstuvwxyz234567";

    /// <summary>Makes and signs one certificate.</summary>
    /// <param name="key">The key to certify.</param>
    /// <param name="signer">The identity key.</param>
    /// <param name="subject">Common name of the key's owner.</param>
    /// <param name="issuer">Common name of the signer.</param>
    /// <param name="notBefore">UTC.</param>
    /// <param name="notAfter">UTC.</param>
    /// <param name="random">For the serial number.</param>
    public static RsaX509Certificate Create(
        RsaPublicKey key,
        RsaPrivateKey signer,
        string subject,
        string issuer,
        DateTime notBefore,
        DateTime notAfter,
        RandomSource random)
    {
        byte[] body = EncodeBody(key, subject, issuer, notBefore, notAfter, random);
        byte[] signature = signer.SignDigest([.. X509ObjectIds.Sha256DigestInfo, .. SHA256.HashData(body)]);

        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteEncodedValue(body);
            WriteAlgorithm(writer, X509ObjectIds.Sha256WithRsa);
            writer.WriteBitString(signature);
        }

        return RsaX509Certificate.Parse(writer.Encode());
    }

    /// <summary>A host name that nobody has: "www.", 8 to 20 random letters and digits, and <paramref name="suffix"/>.</summary>
    public static string CreateHostName(string suffix, RandomSource random)
    {
        var name = new StringBuilder("www.");
        int length = 8 + random.NextInt32(13);
        for (int i = 0; i < length; i++)
        {
            name.Append(Base32[random.NextInt32(Base32.Length)]);
        }

        return name.Append(suffix).ToString();
    }

    private static byte[] EncodeBody(
        RsaPublicKey key, string subject, string issuer, DateTime notBefore, DateTime notAfter, RandomSource random)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0)))
            {
                writer.WriteInteger(2); // version 3
            }

            WriteSerial(writer, random);
            WriteAlgorithm(writer, X509ObjectIds.Sha256WithRsa);
            WriteName(writer, issuer);
            using (writer.PushSequence())
            {
                WriteTime(writer, notBefore);
                WriteTime(writer, notAfter);
            }

            WriteName(writer, subject);
            using (writer.PushSequence())
            {
                WriteAlgorithm(writer, X509ObjectIds.RsaEncryption);
                writer.WriteBitString(key.Pkcs1Der);
            }
        }

        return writer.Encode();
    }

    private static void WriteSerial(AsnWriter writer, RandomSource random)
    {
        Span<byte> serial = stackalloc byte[SerialLength];
        random.Fill(serial);
        int zeros = Math.Min(serial.IndexOfAnyExcept((byte)0) is >= 0 and var first ? first : SerialLength, SerialLength - 1);
        writer.WriteIntegerUnsigned(serial[zeros..]);
    }

    private static void WriteAlgorithm(AsnWriter writer, string id)
    {
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(id);
            writer.WriteNull();
        }
    }

    private static void WriteName(AsnWriter writer, string commonName)
    {
        using (writer.PushSequence())
        using (writer.PushSetOf())
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(X509ObjectIds.CommonName);
            writer.WriteCharacterString(UniversalTagNumber.UTF8String, commonName);
        }
    }

    // RFC 5280, section 4.1.2.5: two-digit years until 2049.
    private static void WriteTime(AsnWriter writer, DateTime time)
    {
        var utc = new DateTimeOffset(DateTime.SpecifyKind(time, DateTimeKind.Utc));
        if (time.Year < 2050)
        {
            writer.WriteUtcTime(utc, 2049);
            return;
        }

        writer.WriteGeneralizedTime(utc, omitFractionalSeconds: true);
    }
}
