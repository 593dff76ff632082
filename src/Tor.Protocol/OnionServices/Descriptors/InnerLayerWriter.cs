using System.Globalization;
using Tunic.Primitives.Bytes;
using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.Certificates;
using Tunic.Tor.Protocol.Documents.Lexing;

namespace Tunic.Tor.Protocol.OnionServices.Descriptors;

/// <summary>Writes the inner layer of a descriptor, byte for byte as stock tor (hs_descriptor.c, get_inner_encrypted_layer_plaintext).</summary>
/// <param name="signingKey">The descriptor's signing key.</param>
/// <param name="expiresAt">Until when the certificates are valid, UTC.</param>
internal readonly struct InnerLayerWriter(Ed25519PrivateKey signingKey, DateTime expiresAt)
{
    public byte[] Write(DescriptorContent content)
    {
        var text = new DocumentWriter();
        text.Line($"create2-formats {(ushort)HandshakeType.Ntor}");
        if (content.IntroductionAuthentication.Count != 0)
        {
            text.Line($"intro-auth-required {string.Join(' ', content.IntroductionAuthentication)}");
        }

        if (content.IsSingleOnionService)
        {
            text.Line("single-onion-service");
        }

        if (content.FlowControl is { } flowControl)
        {
            text.Line(string.Create(CultureInfo.InvariantCulture, $"flow-control {flowControl.Versions} {flowControl.SendmeIncrement}"));
        }

        if (content.ProofOfWork is { } puzzle)
        {
            text.Line(string.Create(
                CultureInfo.InvariantCulture,
                $"pow-params v1 {Convert.ToBase64String(puzzle.Seed.Span)} {puzzle.SuggestedEffort} {puzzle.ExpiresAt:yyyy-MM-ddTHH:mm:ss}"));
        }

        foreach (IntroductionPoint point in content.IntroductionPoints)
        {
            Write(text, point);
        }

        return text.ToBytes();
    }

    private void Write(DocumentWriter text, IntroductionPoint point)
    {
        var specifiers = new byte[point.LinkSpecifiers.EncodedLength];
        var writer = new ByteWriter(specifiers);
        point.LinkSpecifiers.Write(ref writer);
        var convertedKey = new byte[Ed25519Identity.Length];
        Ed25519Conversion.PublicFromX25519(point.EncryptionKey.Span, signBit: 0, convertedKey);

        text.Line($"introduction-point {Convert.ToBase64String(specifiers)}");
        text.Line($"onion-key ntor {Convert.ToBase64String(point.OnionKey.Span)}");
        text.Line("auth-key");
        WriteCertificate(text, Ed25519CertificateType.OnionIntroductionAuthentication, point.AuthenticationKey);
        text.Line($"enc-key ntor {Convert.ToBase64String(point.EncryptionKey.Span)}");
        text.Line("enc-key-cert");
        WriteCertificate(text, Ed25519CertificateType.OnionIntroductionEncryption, new Ed25519Identity(convertedKey));
    }

    private void WriteCertificate(DocumentWriter text, Ed25519CertificateType type, Ed25519Identity key) =>
        text.Object("ED25519 CERT", Ed25519Certificate.Create(type, key, expiresAt, signingKey, includeSigningKey: true).Encoded.Span);
}
