using Tunic.Primitives.Bytes;
using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Keys;

namespace Tunic.Tor.Protocol.Certificates;

/// <summary>A short certificate signed with an Ed25519 key (cert-spec, "Ed25519 Certificates"): one key vouches for another.</summary>
/// <remarks>Immutable. A parsed certificate proves nothing until one of the verify methods has said yes, or until
/// <see cref="GetSigned"/> has gone through a batch and <see cref="IsExpired"/> has said no.</remarks>
public sealed class Ed25519Certificate
{
    /// <summary>Bytes of the certified key or digest.</summary>
    public const int CertifiedKeyLength = 32;

    private const byte Version = 1;
    private const byte SigningKeyExtension = 4;
    private const byte AffectsValidation = 1;

    private readonly byte[] _encoded;

    private Ed25519Certificate(byte[] encoded, DateTime expiresAt, Ed25519Identity certifiedKey, Ed25519Identity? signingKey)
    {
        _encoded = encoded;
        ExpiresAt = expiresAt;
        CertifiedKey = certifiedKey;
        SigningKey = signingKey;
    }

    /// <summary>What the certificate says. Any byte: whoever wants one type compares.</summary>
    public Ed25519CertificateType Type => (Ed25519CertificateType)_encoded[1];

    /// <summary>Last moment of validity, UTC, a whole hour.</summary>
    public DateTime ExpiresAt { get; }

    /// <summary>What the signer claims that the certified bytes are; not reliable.</summary>
    public CertifiedKeyType KeyType => (CertifiedKeyType)_encoded[6];

    /// <summary>The certified Ed25519 key. Some 32 bytes, not necessarily a point of the curve.</summary>
    public Ed25519Identity CertifiedKey { get; }

    /// <summary>The same 32 bytes where they are a digest: in <see cref="Ed25519CertificateType.SigningLink"/>.</summary>
    public Digest256 CertifiedDigest => new(_encoded.AsSpan(7, CertifiedKeyLength));

    /// <summary>The key in the signed-with-ed25519-key extension; null without one.</summary>
    public Ed25519Identity? SigningKey { get; }

    /// <summary>The whole certificate, with its signature.</summary>
    public ReadOnlyMemory<byte> Encoded => _encoded;

    /// <summary>Reads one certificate that fills <paramref name="encoded"/> exactly. Does not check signature or time.</summary>
    /// <exception cref="MalformedMessageException">Another version, bytes missing or left over, two signing keys or one of the
    /// wrong length, or an extension that is unknown but affects validation.</exception>
    public static Ed25519Certificate Parse(ReadOnlySpan<byte> encoded)
    {
        var reader = new ByteReader(encoded);
        byte version = reader.ReadByte();
        if (version != Version)
        {
            throw new MalformedMessageException($"certificate version {version}");
        }

        reader.ReadByte(); // type
        DateTime expiresAt = CertificateTime.FromHours(reader.ReadUInt32());
        reader.ReadByte(); // key type
        var certifiedKey = new Ed25519Identity(reader.ReadBytes(CertifiedKeyLength));
        Ed25519Identity? signingKey = ReadExtensions(ref reader);
        reader.ReadBytes(Ed25519.SignatureLength);
        reader.RequireEnd();
        return new Ed25519Certificate(encoded.ToArray(), expiresAt, certifiedKey, signingKey);
    }

    /// <summary>As <see cref="Parse"/>, for one of many certificates of which a bad one is merely left out.</summary>
    public static bool TryParse(ReadOnlySpan<byte> encoded, out Ed25519Certificate? certificate)
    {
        try
        {
            certificate = Parse(encoded);
            return true;
        }
        catch (MalformedMessageException)
        {
            certificate = null;
            return false;
        }
    }

    /// <summary>Makes a certificate.</summary>
    /// <param name="type">What it says.</param>
    /// <param name="keyType">What the certified bytes are.</param>
    /// <param name="certifiedKey">A public key or digest, <see cref="CertifiedKeyLength"/> bytes.</param>
    /// <param name="expiresAt">UTC, not before 1970; rounded up to a whole hour.</param>
    /// <param name="signer">The key that vouches.</param>
    /// <param name="includeSigningKey">Whether the signer's public key goes into an extension.</param>
    /// <exception cref="ArgumentException">The certified key has another length.</exception>
    public static Ed25519Certificate Create(
        Ed25519CertificateType type,
        CertifiedKeyType keyType,
        ReadOnlySpan<byte> certifiedKey,
        DateTime expiresAt,
        Ed25519PrivateKey signer,
        bool includeSigningKey)
    {
        if (certifiedKey.Length != CertifiedKeyLength)
        {
            throw new ArgumentException($"needs {CertifiedKeyLength} bytes, not {certifiedKey.Length}", nameof(certifiedKey));
        }

        var encoded = new byte[includeSigningKey ? 140 : 104];
        var writer = new ByteWriter(encoded);
        writer.WriteByte(Version);
        writer.WriteByte((byte)type);
        writer.WriteUInt32(CertificateTime.ToHours(expiresAt));
        writer.WriteByte((byte)keyType);
        writer.WriteBytes(certifiedKey);
        writer.WriteByte(includeSigningKey ? (byte)1 : (byte)0);
        if (includeSigningKey)
        {
            writer.WriteUInt16(Ed25519.PublicKeyLength);
            writer.WriteByte(SigningKeyExtension);
            writer.WriteByte(0);
            signer.PublicKey.CopyTo(writer.Take(Ed25519.PublicKeyLength));
        }

        ReadOnlySpan<byte> message = encoded.AsSpan(0, writer.Length);
        signer.Sign(message, writer.Take(Ed25519.SignatureLength));
        return Parse(encoded);
    }

    /// <summary>Makes a certificate over an Ed25519 key; the rest as in the other overload.</summary>
    public static Ed25519Certificate Create(
        Ed25519CertificateType type,
        Ed25519Identity certifiedKey,
        DateTime expiresAt,
        Ed25519PrivateKey signer,
        bool includeSigningKey) =>
        Create(type, CertifiedKeyType.Ed25519, certifiedKey.ToArray(), expiresAt, signer, includeSigningKey);

    /// <summary>True after <see cref="ExpiresAt"/>.</summary>
    /// <param name="now">UTC.</param>
    public bool IsExpired(DateTime now) => now > ExpiresAt;

    /// <summary>Whether <paramref name="signingKey"/> signed this certificate and it has not expired. A key in the extension must
    /// be the same.</summary>
    /// <param name="signingKey">The key that is known, from elsewhere, to have the right to sign.</param>
    /// <param name="now">UTC.</param>
    public bool TryVerify(Ed25519Identity signingKey, DateTime now)
    {
        if (IsExpired(now) || (SigningKey is { } included && included != signingKey))
        {
            return false;
        }

        Span<byte> key = stackalloc byte[Ed25519.PublicKeyLength];
        signingKey.CopyTo(key);
        return Ed25519.Verify(key, _encoded.AsSpan(..^Ed25519.SignatureLength), _encoded.AsSpan(^Ed25519.SignatureLength..));
    }

    /// <summary>As the other overload with the key in the extension; false without one. Who that key is, is for the caller to ask.</summary>
    /// <param name="now">UTC.</param>
    public bool TryVerify(DateTime now) => SigningKey is { } signingKey && TryVerify(signingKey, now);

    /// <summary>Key, message and signature, for <see cref="Ed25519.VerifyBatch"/>. The time is not part of it.</summary>
    /// <param name="signingKey">The key that must have signed.</param>
    public Ed25519Signed GetSigned(Ed25519Identity signingKey) => new(
        signingKey.ToArray(),
        _encoded.AsMemory(..^Ed25519.SignatureLength),
        _encoded.AsMemory(^Ed25519.SignatureLength..));

    private static Ed25519Identity? ReadExtensions(ref ByteReader reader)
    {
        Ed25519Identity? signingKey = null;
        int count = reader.ReadByte();
        for (int i = 0; i < count; i++)
        {
            int length = reader.ReadUInt16();
            byte type = reader.ReadByte();
            byte flags = reader.ReadByte();
            ReadOnlySpan<byte> data = reader.ReadBytes(length);
            if (type == SigningKeyExtension)
            {
                if (length != Ed25519.PublicKeyLength || signingKey is not null)
                {
                    throw new MalformedMessageException(
                        signingKey is null ? $"signing key of {length} bytes" : "two signing keys");
                }

                signingKey = new Ed25519Identity(data);
            }
            else if ((flags & AffectsValidation) != 0)
            {
                throw new MalformedMessageException($"unknown extension {type} affects validation");
            }
        }

        return signingKey;
    }
}
