using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Certificates;
using Tunic.Tor.Protocol.Documents.Lexing;

namespace Tunic.Tor.Protocol.Documents.Descriptors;

/// <summary>Reads one extra-info document.</summary>
internal sealed class ExtraInfoParser(ReadOnlyMemory<byte> text)
{
    private readonly DocumentLexer _lexer = new(ExtraInfoFormat.Format);
    private DocumentFaultKind _faultKind = DocumentFaultKind.Malformed;
    private string _failure = "";

    public bool TryParse([NotNullWhen(true)] out ExtraInfo? extraInfo, [NotNullWhen(false)] out DocumentFault? fault)
    {
        extraInfo = Parse();
        fault = extraInfo is null ? new DocumentFault(_faultKind, _failure) : null;
        return extraInfo is not null;
    }

    private ExtraInfo? Parse()
    {
        if (!System.Text.Unicode.Utf8.IsValid(text.Span))
        {
            return Fail("descriptor(s) or extrainfo(s) not valid UTF-8 or had BOM.");
        }

        if (!_lexer.TryRead(text, 0, text.Length, out string? lexical))
        {
            return Fail(lexical);
        }

        ReadOnlyMemory<byte> own = text[_lexer.Items[0].Start.._lexer.Items[^1].End].ToArray();
        if (own.Span[^1] != '\n' || !_lexer.TryRead(own, 0, own.Length, out _))
        {
            return Fail("extra-info document does not end with a line feed");
        }

        (int start, int length) = SignedRegion.Find(own.Span, "extra-info "u8, "router-signature"u8, '\n');
        if (start != 0 || length != _lexer.Find(ExtraInfoFormat.Signature).LineEnd + 1)
        {
            return Fail("Couldn't compute router hash.");
        }

        return CheckPositions() && ReadCertificate() is { } certificate && CheckEd25519Signature(certificate, own.Span)
            ? Build(certificate, own, SHA1.HashData(own.Span[..length])) : null;
    }

    private ExtraInfo? Build(Ed25519Certificate certificate, ReadOnlyMemory<byte> own, byte[] digest)
    {
        ArgumentReader words = _lexer.Items[0].Arguments;
        ReadOnlySpan<byte> nickname = words.Next();
        if (!FieldText.IsNickname(nickname))
        {
            return Fail("Bad nickname on \"extra-info\"");
        }

        if (!FieldText.TryParseFingerprint(words.Next(), out RsaIdentity identity))
        {
            return Fail("Invalid fingerprint on \"extra-info\"");
        }

        DocumentItem publishedLine = _lexer.Find(ExtraInfoFormat.Published);
        if (!FieldText.TryParseTime(publishedLine.RestOfLine, out DateTime published))
        {
            return Fail("Invalid published time on \"extra-info\"");
        }

        DocumentItem signature = _lexer.Find(ExtraInfoFormat.Signature);
        byte[] bytes = signature.DecodeObject();
        if (!signature.HasLabel("SIGNATURE"u8) || bytes.Length is < 128 or > 512)
        {
            _faultKind = DocumentFaultKind.BadSignature;
            return Fail("Bad object type or length on extra-info signature");
        }

        int statisticsEnd = _lexer.Find(ExtraInfoFormat.SignatureEd25519).Start;
        return new ExtraInfo
        {
            Nickname = Encoding.ASCII.GetString(nickname),
            Identity = identity,
            Published = published,
            SigningKeyCertificate = certificate,
            Statistics = own[Math.Min(publishedLine.End, statisticsEnd)..statisticsEnd],
            Signature = bytes,
            Digest = new Digest160(digest),
            Sha256 = new Digest256(SHA256.HashData(own.Span)),
            Text = own,
        };
    }

    private bool CheckPositions()
    {
        _failure = !ReferenceEquals(_lexer.Items[1].Rule, ExtraInfoFormat.IdentityEd25519) ? "Ed25519 certificate in wrong position"
            : !ReferenceEquals(_lexer.Items[^2].Rule, ExtraInfoFormat.SignatureEd25519) ? "Ed25519 signature in wrong position"
            : !_lexer.Items[1].HasLabel("ED25519 CERT"u8) ? "Wrong object type on identity-ed25519 in descriptor"
            : "";
        return _failure.Length == 0;
    }

    private Ed25519Certificate? ReadCertificate()
    {
        if (!Ed25519Certificate.TryParse(_lexer.Items[1].DecodeObject(), out Ed25519Certificate? certificate))
        {
            _failure = "Couldn't parse ed25519 cert";
            return null;
        }

        bool good = certificate!.Type == Ed25519CertificateType.IdentitySigning && certificate.SigningKey is not null;
        _failure = good ? "" : "Invalid form for ed25519 cert";
        return good ? certificate : null;
    }

    private bool CheckEd25519Signature(Ed25519Certificate certificate, ReadOnlySpan<byte> own)
    {
        DocumentItem item = _lexer.Items[^2];
        (int start, int length) = SignedRegion.Find(own, "extra-info "u8, "router-sig-ed25519"u8, ' ');
        if (start != 0 || length <= item.Start || length > item.ArgumentsStart)
        {
            _failure = "Can't find ed25519-signed portion of extrainfo";
            return false;
        }

        var signature = new byte[Ed25519.SignatureLength];
        if (item.Argument(0).Length != 86 || !Base64Text.TryDecodeExactly(item.Argument(0), signature))
        {
            _failure = "Couldn't decode ed25519 signature";
            return false;
        }

        byte[] digest = RouterDescriptorVerifier.HashSigned(own[..length]);
        bool good = Ed25519.VerifyBatch(
        [
            certificate.GetSigned(certificate.SigningKey!.Value),
            new Ed25519Signed(certificate.CertifiedKey.ToArray(), digest, signature),
        ]);
        _failure = good ? "" : "Incorrect ed25519 signature(s)";
        return good;
    }

    private ExtraInfo? Fail(string failure)
    {
        _failure = failure;
        return null;
    }
}
