using System.Security.Cryptography;
using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Certificates;
using Tunic.Tor.Protocol.Documents.Lexing;

namespace Tunic.Tor.Protocol.Documents.Descriptors;

/// <summary>Checks the Ed25519 signature and the certificates of a server descriptor.</summary>
internal sealed class RouterDescriptorVerifier(DocumentLexer lexer, ReadOnlyMemory<byte> text, RsaIdentity identity, byte[] ntorKey)
{
    /// <summary>Hashed before the signed part, for descriptors and extra-info documents alike.</summary>
    public static ReadOnlySpan<byte> SignaturePrefix => "Tor router descriptor signature v1"u8;

    public string Failure { get; private set; } = "";

    public Ed25519Certificate Certificate { get; private set; } = null!;

    public Ed25519Certificate NtorCertificate { get; private set; } = null!;

    public int NtorSign { get; private set; }

    public byte[] TapCrossCertificate { get; private set; } = [];

    public List<Ed25519Certificate> FamilyCertificates { get; } = [];

    public IReadOnlyList<string> FamilyIds { get; private set; } = [];

    public DateTime Expires => Certificate.ExpiresAt < NtorCertificate.ExpiresAt ? Certificate.ExpiresAt : NtorCertificate.ExpiresAt;

    public bool VerifyKeys() => CheckTapPair() && ReadIdentityCertificate() && CheckTapCrossCertificate() && CheckPositions()
        && CheckMasterKey() && ReadNtorCertificate() && CheckEd25519Signatures();

    public bool VerifyFamilies()
    {
        var ids = new SortedSet<string>(StringComparer.Ordinal);
        foreach (DocumentItem item in lexer.Items)
        {
            if (!ReferenceEquals(item.Rule, RouterDescriptorFormat.FamilyCertificate))
            {
                continue;
            }

            if (!Ed25519Certificate.TryParse(item.DecodeObject(), out Ed25519Certificate? certificate))
            {
                return Fail("Couldn't parse family certificate");
            }

            if (certificate!.Type != Ed25519CertificateType.FamilyIdentity)
            {
                return Fail("Wrong cert type in family certificate.");
            }

            if (certificate.SigningKey is not { } familyKey)
            {
                return Fail("Missing family key in family certificate.");
            }

            if (certificate.CertifiedKey != Certificate.SigningKey)
            {
                return Fail("Key mismatch in family certificate.");
            }

            // Whether it has expired is judged with the time, later; a signature does not age.
            if (!certificate.TryVerify(DateTime.MinValue))
            {
                return Fail("Invalid signature in family certificate");
            }

            FamilyCertificates.Add(certificate);
            ids.Add($"ed25519:{familyKey.ToBase64()}");
        }

        FamilyIds = [.. ids];
        return true;
    }

    private bool CheckTapPair() =>
        lexer.TryFind(RouterDescriptorFormat.OnionKey, out _) == lexer.TryFind(RouterDescriptorFormat.OnionKeyCrossCertificate, out _)
        || Fail("Router descriptor had only one of (onion-key, onion-key-crosscert).");

    private bool ReadIdentityCertificate()
    {
        if (!Ed25519Certificate.TryParse(lexer.Find(RouterDescriptorFormat.IdentityEd25519).DecodeObject(), out Ed25519Certificate? parsed))
        {
            return Fail("Couldn't parse ed25519 cert");
        }

        Certificate = parsed!;
        return (Certificate.Type == Ed25519CertificateType.IdentitySigning && Certificate.SigningKey is not null)
            || Fail("Invalid form for ed25519 cert");
    }

    private bool CheckTapCrossCertificate()
    {
        if (!lexer.TryFind(RouterDescriptorFormat.OnionKeyCrossCertificate, out DocumentItem item))
        {
            return true;
        }

        if (!item.HasLabel("CROSSCERT"u8))
        {
            return Fail("Wrong object type on onion-key-crosscert in descriptor");
        }

        Span<byte> expected = stackalloc byte[RsaIdentity.Length + Ed25519Identity.Length];
        identity.CopyTo(expected);
        Certificate.SigningKey!.Value.CopyTo(expected[RsaIdentity.Length..]);
        TapCrossCertificate = item.DecodeObject();
        RsaPublicKey tapKey = lexer.Find(RouterDescriptorFormat.OnionKey).DecodeRsaKey()!;
        return tapKey.VerifyDigest(expected, TapCrossCertificate) || Fail("Incorrect TAP cross-verification");
    }

    private bool CheckPositions()
    {
        DocumentItem certificate = lexer.Find(RouterDescriptorFormat.IdentityEd25519);
        DocumentItem ntor = lexer.Find(RouterDescriptorFormat.NtorCrossCertificate);
        return lexer.Items.Count < 4 || !ReferenceEquals(lexer.Items[1].Rule, RouterDescriptorFormat.IdentityEd25519)
                ? Fail("Ed25519 certificate in wrong position")
            : !ReferenceEquals(lexer.Items[^2].Rule, RouterDescriptorFormat.SignatureEd25519) ? Fail("Ed25519 signature in wrong position")
            : !certificate.HasLabel("ED25519 CERT"u8) ? Fail("Wrong object type on identity-ed25519 in descriptor")
            : !ntor.HasLabel("ED25519 CERT"u8) ? Fail("Wrong object type on ntor-onion-key-crosscert in descriptor")
            : ntor.Argument(0).SequenceEqual("0"u8) || ntor.Argument(0).SequenceEqual("1"u8)
                || Fail("Bad sign bit on ntor-onion-key-crosscert");
    }

    private bool CheckMasterKey() =>
        !FieldText.TryParseEd25519(lexer.Find(RouterDescriptorFormat.MasterKeyEd25519).Argument(0), out Ed25519Identity masterKey)
            ? Fail("Can't parse ed25519 master key")
            : masterKey == Certificate.SigningKey || Fail("Ed25519 master key does not match key in certificate");

    private bool ReadNtorCertificate()
    {
        DocumentItem item = lexer.Find(RouterDescriptorFormat.NtorCrossCertificate);
        NtorSign = item.Argument(0).SequenceEqual("1"u8) ? 1 : 0;
        if (!Ed25519Certificate.TryParse(item.DecodeObject(), out Ed25519Certificate? parsed))
        {
            return Fail("Couldn't parse ntor-onion-key-crosscert cert");
        }

        NtorCertificate = parsed!;
        return (NtorCertificate.Type == Ed25519CertificateType.NtorOnionKeyIdentity && NtorCertificate.CertifiedKey == Certificate.SigningKey)
            || Fail("Invalid contents for ntor-onion-key-crosscert cert");
    }

    private bool CheckEd25519Signatures()
    {
        DocumentItem item = lexer.Find(RouterDescriptorFormat.SignatureEd25519);
        (int start, int length) = SignedRegion.Find(text.Span, "router "u8, "router-sig-ed25519"u8, ' ');
        if (start != 0 || length <= item.Start || length > item.ArgumentsStart)
        {
            return Fail("Can't find ed25519-signed portion of descriptor");
        }

        var signature = new byte[Ed25519.SignatureLength];
        if (item.Argument(0).Length != 86 || !Base64Text.TryDecodeExactly(item.Argument(0), signature))
        {
            return Fail("Couldn't decode ed25519 signature");
        }

        var ntorPublic = new byte[Ed25519.PublicKeyLength];
        Ed25519Conversion.PublicFromX25519(ntorKey, NtorSign, ntorPublic);
        return Ed25519.VerifyBatch(
            [
                Certificate.GetSigned(Certificate.SigningKey!.Value),
                NtorCertificate.GetSigned(new Ed25519Identity(ntorPublic)),
                new Ed25519Signed(Certificate.CertifiedKey.ToArray(), HashSigned(text.Span[..length]), signature),
            ])
            || Fail("Incorrect ed25519 signature(s)");
    }

    /// <summary>What router-sig-ed25519 signs.</summary>
    public static byte[] HashSigned(ReadOnlySpan<byte> signedPart)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(SignaturePrefix);
        hash.AppendData(signedPart);
        return hash.GetHashAndReset();
    }

    private bool Fail(string failure)
    {
        Failure = failure;
        return false;
    }
}
