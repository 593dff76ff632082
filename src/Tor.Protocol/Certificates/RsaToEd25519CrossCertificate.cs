using System.Security.Cryptography;
using Tunic.Primitives.Bytes;
using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Keys;

namespace Tunic.Tor.Protocol.Certificates;

/// <summary>A relay's RSA identity key says which Ed25519 identity is the same relay: type 7 of the CERTS cell (cert-spec,
/// "RSA->Ed25519 cross-certificate").</summary>
/// <remarks>Immutable. A parsed one proves nothing until <see cref="TryVerify"/> has said yes.</remarks>
public sealed class RsaToEd25519CrossCertificate
{
    private const int SignedLength = Ed25519Identity.Length + 4;

    private readonly byte[] _encoded;

    private RsaToEd25519CrossCertificate(byte[] encoded, Ed25519Identity ed25519Identity, DateTime expiresAt)
    {
        _encoded = encoded;
        Ed25519Identity = ed25519Identity;
        ExpiresAt = expiresAt;
    }

    /// <summary>The certified identity.</summary>
    public Ed25519Identity Ed25519Identity { get; }

    /// <summary>Last moment of validity, UTC, a whole hour.</summary>
    public DateTime ExpiresAt { get; }

    /// <summary>The whole certificate, with its signature.</summary>
    public ReadOnlyMemory<byte> Encoded => _encoded;

    private static ReadOnlySpan<byte> Prefix => "Tor TLS RSA/Ed25519 cross-certificate"u8;

    /// <summary>Reads one certificate that fills <paramref name="encoded"/> exactly. Does not check signature or time.</summary>
    /// <exception cref="MalformedMessageException">Bytes are missing or left over.</exception>
    public static RsaToEd25519CrossCertificate Parse(ReadOnlySpan<byte> encoded)
    {
        var reader = new ByteReader(encoded);
        var identity = new Ed25519Identity(reader.ReadBytes(Ed25519Identity.Length));
        DateTime expiresAt = CertificateTime.FromHours(reader.ReadUInt32());
        reader.ReadBytes(reader.ReadByte());
        reader.RequireEnd();
        return new RsaToEd25519CrossCertificate(encoded.ToArray(), identity, expiresAt);
    }

    /// <summary>Makes a certificate.</summary>
    /// <param name="identityKey">The relay's RSA identity key, at most 2,040 bits.</param>
    /// <param name="ed25519Identity">The identity to certify.</param>
    /// <param name="expiresAt">UTC, not before 1970; rounded up to a whole hour.</param>
    public static RsaToEd25519CrossCertificate Create(
        RsaPrivateKey identityKey, Ed25519Identity ed25519Identity, DateTime expiresAt)
    {
        var signed = new byte[SignedLength];
        var writer = new ByteWriter(signed);
        ed25519Identity.CopyTo(writer.Take(Ed25519Identity.Length));
        writer.WriteUInt32(CertificateTime.ToHours(expiresAt));
        byte[] signature = identityKey.SignDigest(GetDigest(signed));
        return Parse([.. signed, checked((byte)signature.Length), .. signature]);
    }

    /// <summary>True after <see cref="ExpiresAt"/>.</summary>
    /// <param name="now">UTC.</param>
    public bool IsExpired(DateTime now) => now > ExpiresAt;

    /// <summary>Whether <paramref name="identityKey"/> certifies <paramref name="expected"/> here, and the time is not over.</summary>
    /// <param name="identityKey">The RSA key that signs.</param>
    /// <param name="expected">The Ed25519 identity that must stand in it.</param>
    /// <param name="now">UTC.</param>
    public bool TryVerify(RsaPublicKey identityKey, Ed25519Identity expected, DateTime now) =>
        Ed25519Identity == expected
        && !IsExpired(now)
        && identityKey.VerifyDigest(GetDigest(_encoded.AsSpan(0, SignedLength)), _encoded.AsSpan(SignedLength + 1));

    private static byte[] GetDigest(ReadOnlySpan<byte> signed) => SHA256.HashData([.. Prefix, .. signed]);
}
