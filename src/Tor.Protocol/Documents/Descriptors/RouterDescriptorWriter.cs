using System.Security.Cryptography;
using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Certificates;
using Tunic.Tor.Protocol.Documents.Lexing;

namespace Tunic.Tor.Protocol.Documents.Descriptors;

/// <summary>Writes server descriptors with the lines in stock tor's order (router.c, router_dump_router_to_string).</summary>
public static class RouterDescriptorWriter
{
    /// <summary>Lifetime of a family certificate.</summary>
    public static readonly TimeSpan FamilyCertificateLifetime = TimeSpan.FromDays(30);

    /// <summary>Writes and signs a descriptor. Ends with the line feed after the RSA signature.</summary>
    /// <param name="declaration">What to say. Texts must not hold line breaks.</param>
    /// <param name="keys">The relay's keys.</param>
    /// <exception cref="ArgumentException">A text has a line break, or the certificate does not fit the keys.</exception>
    public static byte[] Write(RelayDeclaration declaration, RelayDescriptorKeys keys)
    {
        if (keys.SigningCertificate.SigningKey is not { } identity || keys.SigningCertificate.CertifiedKey != keys.Signing.PublicKey)
        {
            throw new ArgumentException("the certificate is not one of the signing key by an identity", nameof(keys));
        }

        DocumentWriter text = WriteBody(declaration, CreateCertificates(declaration, keys, identity));
        return Sign(text, keys.Signing, keys.Identity);
    }

    /// <summary>Appends both signatures to an unsigned descriptor or extra-info document.</summary>
    internal static byte[] Sign(DocumentWriter text, Ed25519PrivateKey signingKey, RsaPrivateKey identityKey)
    {
        text.Append("router-sig-ed25519 ");
        var signature = new byte[Ed25519.SignatureLength];
        signingKey.Sign(RouterDescriptorVerifier.HashSigned(text.ToBytes()), signature);
        text.Line(Convert.ToBase64String(signature).TrimEnd('='));
        text.Line("router-signature");
        return text.Object("SIGNATURE", identityKey.SignDigest(SHA1.HashData(text.ToBytes()))).ToBytes();
    }

    /// <summary>Everything before the signatures.</summary>
    internal static DocumentWriter WriteBody(RelayDeclaration declaration, RouterDescriptorCertificates certificates)
    {
        var text = new DocumentWriter();
        text.Line($"router {declaration.Nickname} {declaration.Address} {declaration.OnionRouterPort} 0 {declaration.DirectoryPort}");
        text.Line("identity-ed25519").Object("ED25519 CERT", certificates.Signing.Encoded.Span);
        text.Line($"master-key-ed25519 {certificates.Signing.SigningKey!.Value.ToBase64()}");
        text.OptionalLine("or-address", declaration.IPv6Address?.ToString());
        text.OptionalLine("platform", declaration.Platform);
        text.Line($"proto {declaration.Protocols.Text}");
        text.Line($"published {FieldText.FormatTime(declaration.Published)}");
        text.Line($"fingerprint {SpacedFingerprint(certificates.IdentityKey.Identity)}");
        text.OptionalLine("uptime", declaration.UptimeSeconds?.ToString(System.Globalization.CultureInfo.InvariantCulture));
        text.Line($"bandwidth {declaration.BandwidthRate} {declaration.BandwidthBurst} {declaration.BandwidthObserved}");
        WriteExtraInfoLines(text, declaration);
        WriteKeys(text, declaration, certificates);
        WritePolicies(text, declaration, certificates.NtorOnionKey);
        return text;
    }

    private static void WriteExtraInfoLines(DocumentWriter text, RelayDeclaration declaration)
    {
        if (!declaration.ExtraInfoDigest.IsZero)
        {
            string sha256 = declaration.ExtraInfoSha256.IsZero ? "" : $" {declaration.ExtraInfoSha256.ToBase64()}";
            text.Line($"extra-info-digest {declaration.ExtraInfoDigest}{sha256}");
        }

        if (declaration.CachesExtraInfo)
        {
            text.Line("caches-extra-info");
        }
    }

    private static void WriteKeys(DocumentWriter text, RelayDeclaration declaration, RouterDescriptorCertificates certificates)
    {
        if (certificates.TapOnionKey is { } tapKey)
        {
            text.Line("onion-key").Object("RSA PUBLIC KEY", tapKey.Pkcs1Der);
        }

        text.Line("signing-key").Object("RSA PUBLIC KEY", certificates.IdentityKey.Pkcs1Der);
        if (certificates.TapOnionKey is not null)
        {
            text.Line("onion-key-crosscert").Object("CROSSCERT", certificates.TapCrossCertificate.Span);
        }

        text.Line($"ntor-onion-key-crosscert {certificates.NtorSign}").Object("ED25519 CERT", certificates.Ntor.Encoded.Span);
        if (declaration.Family.Count > 0)
        {
            text.Line($"family {string.Join(' ', declaration.Family)}");
        }

        if (declaration.IsHibernating)
        {
            text.Line("hibernating 1");
        }

        if (declaration.IsHiddenServiceDirectory)
        {
            text.Line("hidden-service-dir");
        }

        foreach (Ed25519Certificate family in certificates.Families)
        {
            text.Line("family-cert").Object("FAMILY CERT", family.Encoded.Span);
        }
    }

    private static void WritePolicies(DocumentWriter text, RelayDeclaration declaration, ReadOnlyMemory<byte> ntorKey)
    {
        text.OptionalLine("contact", declaration.Contact);
        text.OptionalLine("bridge-distribution-request", declaration.BridgeDistribution);
        text.Line($"ntor-onion-key {Convert.ToBase64String(ntorKey.Span).TrimEnd('=')}");
        text.Append(declaration.ExitPolicy.ToDescriptorLines()).Append("\n");
        if (declaration.IPv6ExitPolicy is { RejectsEverything: false } policy)
        {
            text.Line($"ipv6-policy {policy}");
        }

        if (declaration.IsTunnelledDirectoryServer)
        {
            text.Line("tunnelled-dir-server");
        }

        text.OptionalLine("overload-general", declaration.OverloadGeneral);
    }

    private static RouterDescriptorCertificates CreateCertificates(RelayDeclaration declaration, RelayDescriptorKeys keys, Ed25519Identity identity)
    {
        var both = new byte[RsaIdentity.Length + Ed25519Identity.Length];
        keys.Identity.PublicKey.Identity.CopyTo(both);
        identity.CopyTo(both.AsSpan(RsaIdentity.Length));

        var ntorPublic = new byte[X25519.KeyLength];
        X25519.GetPublicKey(keys.NtorOnion.Span, ntorPublic);
        var expanded = new byte[Ed25519.ExpandedKeyLength];
        try
        {
            Ed25519Conversion.ExpandedFromX25519Private(keys.NtorOnion.Span, expanded, out int sign);
            using Ed25519PrivateKey ntor = Ed25519PrivateKey.FromExpanded(expanded);
            DateTime familyExpiry = declaration.Published + FamilyCertificateLifetime;
            return new RouterDescriptorCertificates
            {
                IdentityKey = keys.Identity.PublicKey,
                Signing = keys.SigningCertificate,
                TapOnionKey = keys.TapOnion.PublicKey,
                TapCrossCertificate = keys.TapOnion.SignDigest(both),
                NtorOnionKey = ntorPublic,
                NtorSign = sign,
                Ntor = Ed25519Certificate.Create(
                    Ed25519CertificateType.NtorOnionKeyIdentity, identity, declaration.Published + keys.OnionKeyLifetime, ntor, false),
                Families = [.. keys.Families.Select(family =>
                    Ed25519Certificate.Create(Ed25519CertificateType.FamilyIdentity, identity, familyExpiry, family, true))],
            };
        }
        finally
        {
            CryptographicOperations.ZeroMemory(expanded);
        }
    }

    private static string SpacedFingerprint(RsaIdentity identity) => string.Join(' ', identity.ToString().Chunk(4).Select(part => new string(part)));
}
