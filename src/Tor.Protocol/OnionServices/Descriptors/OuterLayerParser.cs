using System.Buffers.Text;
using Tunic.Primitives.Cryptography;
using Tunic.Tor.Protocol.Certificates;
using Tunic.Tor.Protocol.Documents.Lexing;

namespace Tunic.Tor.Protocol.OnionServices.Descriptors;

/// <summary>Reads the outer layer of a descriptor and checks its signatures (hs_descriptor.c, desc_decode_plaintext_v3).</summary>
internal static class OuterLayerParser
{
    private const int SignatureTextLength = 86;

    /// <returns>What is wrong; null when nothing is, and then there is a descriptor.</returns>
    public static string? Parse(ReadOnlyMemory<byte> text, DateTime now, out OnionServiceDescriptor? descriptor)
    {
        descriptor = null;
        var lexer = new DocumentLexer(OuterLayerFormat.Format);
        if (!lexer.TryRead(text, 0, text.Length, out string? failure))
        {
            return failure;
        }

        if (!lexer.Find(OuterLayerFormat.HsDescriptor).Argument(0).SequenceEqual("3"u8))
        {
            return "Service descriptor has unsupported version";
        }

        if (!FieldText.TryParseNumber(
            lexer.Find(OuterLayerFormat.Lifetime).Argument(0), 0, (long)OnionServiceDescriptor.MaxLifetime.TotalMinutes, out long minutes))
        {
            return "Service descriptor lifetime value is invalid";
        }

        if (ReadCertificate(lexer.Find(OuterLayerFormat.SigningKeyCertificate), now) is not { SigningKey: { } blindedKey } certificate)
        {
            return "Service descriptor signing cert is invalid";
        }

        if (!TryReadCounter(lexer.Find(OuterLayerFormat.RevisionCounter).Argument(0), out ulong counter))
        {
            return "Service descriptor revision-counter is invalid";
        }

        DocumentItem superencrypted = lexer.Find(OuterLayerFormat.Superencrypted);
        byte[] layer = superencrypted.DecodeObject();
        if (!superencrypted.HasLabel("MESSAGE"u8) || !DescriptorLayerCipher.IsLongEnough(layer.Length))
        {
            return "Desc superencrypted data section is invalid";
        }

        if (!IsSigned(text.Span, lexer.Find(OuterLayerFormat.Signature).Argument(0), certificate))
        {
            return "Invalid signature on service descriptor";
        }

        descriptor = new OnionServiceDescriptor
        {
            Text = text,
            Lifetime = TimeSpan.FromMinutes(minutes),
            BlindedKey = new BlindedKey(blindedKey),
            SigningKey = certificate.CertifiedKey,
            CertificateExpiresAt = certificate.ExpiresAt,
            RevisionCounter = counter,
            Superencrypted = layer,
        };
        return null;
    }

    /// <summary>The certificate, if it is of the right type and signed, not too long ago, by the key in it.</summary>
    private static Ed25519Certificate? ReadCertificate(DocumentItem item, DateTime now) =>
        item.HasLabel("ED25519 CERT"u8)
        && Ed25519Certificate.TryParse(item.DecodeObject(), out Ed25519Certificate? certificate)
        && certificate!.Type == Ed25519CertificateType.OnionDescriptorSigning
        && certificate.TryVerify(now)
            ? certificate
            : null;

    private static bool TryReadCounter(ReadOnlySpan<byte> text, out ulong counter) =>
        Utf8Parser.TryParse(text, out counter, out int used) && used == text.Length && char.IsAsciiDigit((char)text[0]);

    private static bool IsSigned(ReadOnlySpan<byte> text, ReadOnlySpan<byte> base64, Ed25519Certificate certificate)
    {
        int end = text.IndexOf("\nsignature "u8) + 1;
        Span<byte> signature = stackalloc byte[Ed25519.SignatureLength];
        return end > 0
            && base64.Length == SignatureTextLength
            && Base64Text.TryDecodeExactly(base64, signature)
            && Ed25519.Verify(certificate.CertifiedKey.ToArray(), [.. OuterLayerFormat.SignaturePrefix, .. text[..end]], signature);
    }
}
