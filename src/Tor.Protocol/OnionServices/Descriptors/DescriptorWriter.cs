using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.Certificates;
using Tunic.Tor.Protocol.Documents.Lexing;

namespace Tunic.Tor.Protocol.OnionServices.Descriptors;

/// <summary>Writes, encrypts and signs descriptors, byte for byte as stock tor (hs_descriptor.c, desc_encode_v3).</summary>
public static class DescriptorWriter
{
    /// <summary>How long directories are asked to keep a descriptor.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(3);

    /// <summary>Validity of the certificates in it.</summary>
    public static readonly TimeSpan CertificateLifetime = TimeSpan.FromHours(54);

    /// <summary>One version of a descriptor.</summary>
    /// <param name="keys">The keys of its period.</param>
    /// <param name="content">What clients get to know.</param>
    /// <param name="revisionCounter">Larger than that of the version before: see <see cref="DescriptorKeys.GetRevisionCounter"/>.</param>
    /// <param name="now">Wall clock, UTC.</param>
    /// <param name="random">Source of the salts.</param>
    /// <param name="maxLength">A descriptor of this many bytes or more is not written, for directories would refuse it.</param>
    /// <exception cref="ArgumentException">There are more than <see cref="DescriptorContent.MaxIntroductionPoints"/> introduction points,
    /// or so many clients that the descriptor becomes too long.</exception>
    public static byte[] Write(
        DescriptorKeys keys,
        DescriptorContent content,
        ulong revisionCounter,
        DateTime now,
        RandomSource random,
        int maxLength = OnionServiceDescriptor.DefaultMaxLength)
    {
        if (content.IntroductionPoints.Count > DescriptorContent.MaxIntroductionPoints)
        {
            throw new ArgumentException($"at most {DescriptorContent.MaxIntroductionPoints} introduction points", nameof(content));
        }

        byte[] inner = new InnerLayerWriter(keys.SigningKey, StartOfHour(now) + CertificateLifetime).Write(content);
        byte[] encrypted = Encrypt(keys, inner, revisionCounter, isInner: true, random);
        byte[] middle = new MiddleLayer(keys.EphemeralKey, keys.Clients, encrypted).Encode();
        byte[] text = Sign(keys, WriteOuter(keys, Encrypt(keys, middle, revisionCounter, isInner: false, random), revisionCounter, now));
        return text.Length < maxLength ? text : throw new ArgumentException($"the descriptor has {text.Length} bytes, {maxLength} are too many", nameof(keys));
    }

    /// <summary>Certificates of introduction points do not tell when the service came there to the minute.</summary>
    private static DateTime StartOfHour(DateTime time) => time.AddTicks(-(time.Ticks % TimeSpan.TicksPerHour));

    private static byte[] Encrypt(DescriptorKeys keys, byte[] plaintext, ulong revisionCounter, bool isInner, RandomSource random)
    {
        byte[] secretData = [.. keys.Credential.BlindedKey.Key.ToArray(), .. isInner ? keys.Cookie : default];
        byte[] layer = new DescriptorLayerCipher(secretData, keys.Credential.Subcredential, revisionCounter, isInner).Encrypt(plaintext, random);
        CryptographicOperations.ZeroMemory(secretData);
        return layer;
    }

    private static byte[] WriteOuter(DescriptorKeys keys, byte[] superencrypted, ulong revisionCounter, DateTime now)
    {
        Ed25519Certificate certificate = Ed25519Certificate.Create(
            Ed25519CertificateType.OnionDescriptorSigning,
            keys.SigningKey.PublicKey,
            now + CertificateLifetime,
            keys.BlindedKeys.PrivateKey,
            includeSigningKey: true);
        return new DocumentWriter()
            .Line("hs-descriptor 3")
            .Line($"descriptor-lifetime {(int)Lifetime.TotalMinutes}")
            .Line("descriptor-signing-key-cert").Object("ED25519 CERT", certificate.Encoded.Span)
            .Line(string.Create(CultureInfo.InvariantCulture, $"revision-counter {revisionCounter}"))
            .Line("superencrypted").Object("MESSAGE", superencrypted)
            .ToBytes();
    }

    private static byte[] Sign(DescriptorKeys keys, byte[] text)
    {
        Span<byte> signature = stackalloc byte[Ed25519.SignatureLength];
        keys.SigningKey.Sign([.. OuterLayerFormat.SignaturePrefix, .. text], signature);
        return [.. text, .. Encoding.ASCII.GetBytes($"signature {Convert.ToBase64String(signature).TrimEnd('=')}\n")];
    }
}
