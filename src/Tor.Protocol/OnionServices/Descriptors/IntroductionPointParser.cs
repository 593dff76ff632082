using System.Diagnostics.CodeAnalysis;
using Tunic.Primitives.Bytes;
using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.Certificates;
using Tunic.Tor.Protocol.Documents.Lexing;

namespace Tunic.Tor.Protocol.OnionServices.Descriptors;

/// <summary>Reads introduction points and checks their certificates (hs_descriptor.c, decode_introduction_point).</summary>
/// <remarks>The certified form of the encryption key is not compared with the key itself: stock tor does not either.</remarks>
internal sealed class IntroductionPointParser(Ed25519Identity signingKey, DateTime now)
{
    private const int RsaExponent = 65_537;

    private readonly DocumentLexer _lexer = new(IntroductionPointFormat.Format);

    /// <summary>Reads the section of one introduction point.</summary>
    public bool TryParse(ReadOnlyMemory<byte> section, [NotNullWhen(true)] out IntroductionPoint? point)
    {
        point = null;
        if (!_lexer.TryRead(section, 0, section.Length, out _)
            || ReadLinkSpecifiers() is not { } specifiers
            || ReadOnionKey() is not { } onionKey
            || ReadCertificate(IntroductionPointFormat.AuthKey, Ed25519CertificateType.OnionIntroductionAuthentication) is not { } authentication
            || ReadKey(_lexer.Find(IntroductionPointFormat.EncKey)) is not { } encryptionKey
            || ReadCertificate(IntroductionPointFormat.EncKeyCertificate, Ed25519CertificateType.OnionIntroductionEncryption) is null
            || !TryReadLegacyKey(out RsaPublicKey? legacyKey))
        {
            return false;
        }

        point = new IntroductionPoint
        {
            LinkSpecifiers = specifiers,
            OnionKey = onionKey,
            AuthenticationKey = authentication.CertifiedKey,
            EncryptionKey = encryptionKey,
            LegacyKey = legacyKey,
        };
        return true;
    }

    private LinkSpecifiers? ReadLinkSpecifiers()
    {
        if (!Base64Text.TryDecode(_lexer.Find(IntroductionPointFormat.IntroductionPoint).Argument(0), out byte[] bytes))
        {
            return null;
        }

        try
        {
            var reader = new ByteReader(bytes);
            LinkSpecifiers specifiers = LinkSpecifiers.Read(ref reader);
            reader.RequireEnd();
            return specifiers;
        }
        catch (MalformedMessageException)
        {
            return null;
        }
    }

    /// <summary>The last of the ntor keys; null without one, and when any of them is malformed.</summary>
    private byte[]? ReadOnionKey()
    {
        byte[]? key = null;
        foreach (DocumentItem item in _lexer.Items)
        {
            if (!ReferenceEquals(item.Rule, IntroductionPointFormat.OnionKey) || !item.Argument(0).SequenceEqual("ntor"u8))
            {
                continue;
            }

            key = ReadKey(item);
            if (key is null)
            {
                return null;
            }
        }

        return key;
    }

    /// <summary>The key after "ntor". Zeros mean an absent key elsewhere, so they are none.</summary>
    private static byte[]? ReadKey(DocumentItem item) =>
        item.Argument(0).SequenceEqual("ntor"u8)
        && FieldText.TryParseX25519(item.Argument(1), out byte[]? key)
        && key.AsSpan().ContainsAnyExcept((byte)0)
            ? key
            : null;

    private Ed25519Certificate? ReadCertificate(ItemRule rule, Ed25519CertificateType type)
    {
        DocumentItem item = _lexer.Find(rule);
        return item.HasLabel("ED25519 CERT"u8)
            && Ed25519Certificate.TryParse(item.DecodeObject(), out Ed25519Certificate? certificate)
            && certificate!.Type == type
            && certificate.SigningKey is not null
            && certificate.TryVerify(signingKey, now)
                ? certificate
                : null;
    }

    /// <summary>A legacy key must be certified; its certificate may have run out by as long as it is made for, as stock tor has it.</summary>
    private bool TryReadLegacyKey(out RsaPublicKey? key)
    {
        key = null;
        if (!_lexer.TryFind(IntroductionPointFormat.LegacyKey, out DocumentItem item))
        {
            return true;
        }

        key = item.DecodeRsaKey();
        return key is { Exponent: RsaExponent }
            && _lexer.TryFind(IntroductionPointFormat.LegacyKeyCertificate, out DocumentItem certificate)
            && certificate.HasLabel("CROSSCERT"u8)
            && IsCertified(key, certificate.DecodeObject());
    }

    private bool IsCertified(RsaPublicKey key, byte[] encoded)
    {
        try
        {
            return RsaToEd25519CrossCertificate.Parse(encoded).TryVerify(key, signingKey, now - DescriptorWriter.CertificateLifetime);
        }
        catch (MalformedMessageException)
        {
            return false;
        }
    }
}
