using System.Formats.Asn1;
using System.Security.Cryptography;
using Tunic.Primitives.Bytes;
using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Keys;

namespace Tunic.Tor.Protocol.Certificates;

/// <summary>An X.509 certificate over an RSA key: types 1 to 3 of the CERTS cell (tor-spec, "CERTS cells"). Only what Tor asks of it
/// is read: key, validity, signature. Names and extensions mean nothing here.</summary>
/// <remarks>Immutable. A parsed one proves nothing until <see cref="IsSignedBy"/> has said yes.</remarks>
public sealed class RsaX509Certificate
{
    /// <summary>How long after its end stock tor still takes a certificate.</summary>
    public static readonly TimeSpan PastTolerance = TimeSpan.FromDays(2);

    /// <summary>How long before its start stock tor already takes a certificate.</summary>
    public static readonly TimeSpan FutureTolerance = TimeSpan.FromDays(30);

    private readonly byte[] _encoded;
    private readonly ReadOnlyMemory<byte> _signed;
    private readonly ReadOnlyMemory<byte> _signature;
    private readonly string _signatureAlgorithm;

    private RsaX509Certificate(ReadOnlySpan<byte> encoded)
    {
        _encoded = encoded.ToArray();
        var outer = new AsnReader(_encoded, AsnEncodingRules.DER);
        AsnReader certificate = outer.ReadSequence();
        outer.ThrowIfNotEmpty();

        _signed = certificate.PeekEncodedValue();
        AsnReader body = certificate.ReadSequence();
        _signatureAlgorithm = ReadAlgorithm(certificate);
        _signature = ReadWholeBits(certificate);
        certificate.ThrowIfNotEmpty();

        SkipVersion(body);
        body.ReadIntegerBytes(); // serial number
        if (ReadAlgorithm(body) != _signatureAlgorithm)
        {
            throw new MalformedMessageException("the certificate names two signature algorithms");
        }

        body.ReadSequence(); // issuer
        AsnReader validity = body.ReadSequence();
        NotBefore = ReadTime(validity);
        NotAfter = ReadTime(validity);
        validity.ThrowIfNotEmpty();
        body.ReadSequence(); // subject
        PublicKey = ReadKey(body.ReadSequence());
    }

    /// <summary>The certified key.</summary>
    public RsaPublicKey PublicKey { get; }

    /// <summary>Start of validity, UTC.</summary>
    public DateTime NotBefore { get; }

    /// <summary>End of validity, UTC.</summary>
    public DateTime NotAfter { get; }

    /// <summary>The whole certificate, DER.</summary>
    public ReadOnlyMemory<byte> Encoded => _encoded;

    /// <summary>SHA-256 of the whole certificate: what an Ed25519 link certificate certifies.</summary>
    public Digest256 Digest => new(SHA256.HashData(_encoded));

    /// <summary>Reads one DER certificate that fills <paramref name="encoded"/> exactly.</summary>
    /// <exception cref="MalformedMessageException">Not a DER X.509 certificate, or its key is not RSA.</exception>
    public static RsaX509Certificate Parse(ReadOnlySpan<byte> encoded)
    {
        try
        {
            return new RsaX509Certificate(encoded);
        }
        catch (AsnContentException problem)
        {
            throw new MalformedMessageException("not a DER X.509 certificate", problem);
        }
    }

    /// <summary>Whether <paramref name="signer"/> made the signature, which must be SHA-256 with RSA, as all of Tor's are.</summary>
    public bool IsSignedBy(RsaPublicKey signer)
    {
        if (_signatureAlgorithm != X509ObjectIds.Sha256WithRsa)
        {
            return false;
        }

        byte[] digestInfo = [.. X509ObjectIds.Sha256DigestInfo, .. SHA256.HashData(_signed.Span)];
        return signer.VerifyDigest(digestInfo, _signature.Span);
    }

    /// <summary>Whether the certificate is valid now, with the tolerance that stock tor has for wrong clocks.</summary>
    /// <param name="now">UTC.</param>
    public bool IsValidAt(DateTime now) => NotBefore <= now + FutureTolerance && NotAfter >= now - PastTolerance;

    private static void SkipVersion(AsnReader body)
    {
        if (body.PeekTag() == new Asn1Tag(TagClass.ContextSpecific, 0, isConstructed: true))
        {
            body.ReadEncodedValue();
        }
    }

    private static string ReadAlgorithm(AsnReader reader)
    {
        AsnReader algorithm = reader.ReadSequence();
        string id = algorithm.ReadObjectIdentifier();
        algorithm.ReadNull(); // the parameters of all RSA algorithms (RFC 4055); other algorithms fail here or at the key
        algorithm.ThrowIfNotEmpty();
        return id;
    }

    private static byte[] ReadWholeBits(AsnReader reader)
    {
        byte[] bits = reader.ReadBitString(out int unused);
        return unused == 0 ? bits : throw new MalformedMessageException("a bit string that does not end with a byte");
    }

    private static DateTime ReadTime(AsnReader validity) =>
        validity.PeekTag().HasSameClassAndValue(Asn1Tag.UtcTime)
            ? validity.ReadUtcTime().UtcDateTime
            : validity.ReadGeneralizedTime().UtcDateTime;

    private static RsaPublicKey ReadKey(AsnReader subjectPublicKey)
    {
        string algorithm = ReadAlgorithm(subjectPublicKey);
        byte[] key = ReadWholeBits(subjectPublicKey);
        subjectPublicKey.ThrowIfNotEmpty();
        return algorithm == X509ObjectIds.RsaEncryption && RsaPublicKey.TryParse(key, out RsaPublicKey? parsed)
            ? parsed
            : throw new MalformedMessageException("the certificate's key is not RSA");
    }
}
