using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Security.Cryptography;
using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Documents.Lexing;

namespace Tunic.Tor.Protocol.Documents.Authorities;

/// <summary>Reads one authority certificate (authcert_parse.c gives the rules).</summary>
internal sealed class AuthorityCertificateParser(ReadOnlyMemory<byte> text)
{
    private readonly DocumentLexer _lexer = new(AuthorityCertificateFormat.Format);
    private DocumentFault? _fault;

    public static IReadOnlyList<AuthorityCertificate> ParseList(ReadOnlyMemory<byte> text, out int rejected)
    {
        var certificates = new List<AuthorityCertificate>();
        int start = FindStart(text.Span, 0);
        rejected = start > 0 ? 1 : 0;
        while (start < text.Length)
        {
            int next = FindStart(text.Span, start + 1);
            if (AuthorityCertificate.TryParse(text[start..next], out AuthorityCertificate? certificate, out _))
            {
                certificates.Add(certificate);
            }
            else
            {
                rejected++;
            }

            start = next;
        }

        return certificates;
    }

    public bool TryParse([NotNullWhen(true)] out AuthorityCertificate? certificate, [NotNullWhen(false)] out DocumentFault? fault)
    {
        certificate = Parse();
        fault = certificate is null ? _fault! : null;
        return certificate is not null;
    }

    private AuthorityCertificate? Parse()
    {
        int end = FindEnd(text.Span);
        if (end < 0)
        {
            return Fail("No signature found on key certificate");
        }

        if (end > AuthorityCertificate.MaxLength)
        {
            return Fail("Certificate is far too big");
        }

        ReadOnlyMemory<byte> own = text[..end].ToArray();
        if (!_lexer.TryRead(own, 0, end, out string? lexical))
        {
            return Fail(lexical);
        }

        (int start, int length) = SignedRegion.Find(own.Span, "dir-key-certificate-version"u8, "dir-key-certification"u8, '\n');
        DocumentItem first = _lexer.Items[0];
        if (length == 0 || first.Start != start || !ReferenceEquals(first.Rule, AuthorityCertificateFormat.Version)
            || !first.Argument(0).SequenceEqual("3"u8))
        {
            return Fail("Key certificate does not begin with a recognized version (3).");
        }

        DocumentItem certification = _lexer.Items[^1];
        if (!ReferenceEquals(certification.Rule, AuthorityCertificateFormat.Certification) || start + length != certification.LineEnd + 1)
        {
            return Fail("Certificate didn't end with dir-key-certification.");
        }

        return Build(own[start..], SHA1.HashData(own.Span.Slice(start, length)));
    }

    private AuthorityCertificate? Build(ReadOnlyMemory<byte> own, byte[] digest)
    {
        RsaPublicKey identityKey = _lexer.Find(AuthorityCertificateFormat.IdentityKey).DecodeRsaKey()!;
        RsaPublicKey signingKey = _lexer.Find(AuthorityCertificateFormat.SigningKey).DecodeRsaKey()!;
        if (!FieldText.TryParseFingerprint(_lexer.Find(AuthorityCertificateFormat.Fingerprint).RestOfLine, out RsaIdentity declared))
        {
            return Fail("Couldn't decode key certificate fingerprint");
        }

        if (declared != identityKey.Identity)
        {
            return Fail("Digest of certificate key didn't match declared fingerprint");
        }

        IPEndPoint? address = null;
        if (_lexer.TryFind(AuthorityCertificateFormat.Address, out DocumentItem line) && !TryParseAddress(line.Argument(0), out address))
        {
            return Fail("Couldn't parse dir-address in certificate");
        }

        if (!FieldText.TryParseTime(_lexer.Find(AuthorityCertificateFormat.Published).RestOfLine, out DateTime published)
            || !FieldText.TryParseTime(_lexer.Find(AuthorityCertificateFormat.Expires).RestOfLine, out DateTime expires))
        {
            return Fail("Unparseable time in certificate");
        }

        return !CheckSignatures(identityKey, signingKey, digest) ? null : new AuthorityCertificate
        {
            IdentityKey = identityKey,
            SigningKey = signingKey,
            Identity = identityKey.Identity,
            SigningKeyDigest = new Digest160(signingKey.Identity.ToArray()),
            Digest = new Digest160(digest),
            Published = published,
            Expires = expires,
            DirectoryAddress = address,
            Text = own,
        };
    }

    private bool CheckSignatures(RsaPublicKey identityKey, RsaPublicKey signingKey, byte[] digest)
    {
        DocumentItem certification = _lexer.Find(AuthorityCertificateFormat.Certification);
        if (!certification.HasLabel("SIGNATURE"u8))
        {
            return FailSignature("Bad object type on key certificate signature");
        }

        if (!identityKey.VerifyDigest(digest, certification.DecodeObject()))
        {
            return FailSignature("Error reading key certificate: signature does not match.");
        }

        byte[] crossCertificate = _lexer.Find(AuthorityCertificateFormat.CrossCertificate).DecodeObject();
        return signingKey.VerifyDigest(identityKey.Identity.ToArray(), crossCertificate)
            || FailSignature("Error reading key cross-certification: signature does not match.");
    }

    private static bool TryParseAddress(ReadOnlySpan<byte> word, out IPEndPoint? address)
    {
        int colon = word.IndexOf((byte)':');
        bool good = FieldText.TryParseIPv4(colon < 0 ? word : word[..colon], out IPAddress? host);
        ushort port = 0;
        good = good && (colon < 0 || FieldText.TryParsePort(word[(colon + 1)..], out port));
        address = good ? new IPEndPoint(host!, port) : null;
        return good;
    }

    /// <summary>The end of the signature that closes the first certificate; -1 when it is not complete.</summary>
    private static int FindEnd(ReadOnlySpan<byte> text)
    {
        ReadOnlySpan<byte> closing = "\n-----END SIGNATURE-----\n"u8;
        int certification = SignedRegion.IndexOfLine(text, "dir-key-certification"u8);
        int end = certification < 0 ? -1 : text[certification..].IndexOf(closing);
        return end < 0 ? -1 : certification + end + closing.Length;
    }

    private static int FindStart(ReadOnlySpan<byte> text, int from)
    {
        ReadOnlySpan<byte> keyword = "dir-key-certificate-version "u8;
        if (from == 0 && text.StartsWith(keyword))
        {
            return 0;
        }

        int next = SignedRegion.IndexOfLine(text[Math.Max(from - 1, 0)..], keyword);
        return next < 0 ? text.Length : Math.Max(from - 1, 0) + next;
    }

    private AuthorityCertificate? Fail(string reason)
    {
        _fault = new DocumentFault(DocumentFaultKind.Malformed, reason);
        return null;
    }

    private bool FailSignature(string reason)
    {
        _fault = new DocumentFault(DocumentFaultKind.BadSignature, reason);
        return false;
    }
}
