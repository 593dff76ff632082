using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.Certificates;
using Tunic.Tor.Protocol.Links;

namespace Tunic.Tests.Fuzz.Targets;

/// <summary>A relay's keys and link certificates, the same in every run as far as signatures allow.</summary>
internal sealed class FuzzRelay
{
    public static readonly DateTime Now = new(2026, 3, 4, 5, 6, 7, DateTimeKind.Utc);

    private FuzzRelay(ulong seed, RsaPrivateKey rsaIdentity, RsaPrivateKey linkKey)
    {
        var random = new SeededRandomSource(seed);
        Identity = Ed25519PrivateKey.Generate(random);
        var signingKey = Ed25519PrivateKey.Generate(random);
        var authenticationKey = Ed25519PrivateKey.Generate(random);
        Certificates = LinkCertificates.Create(
            TlsCertificates.Create(rsaIdentity, linkKey.PublicKey, rsaIdentity.PublicKey, Now, random),
            Ed25519Certificate.Create(
                Ed25519CertificateType.IdentitySigning, signingKey.PublicKey, Now + LinkCertificates.SigningLifetime, Identity, includeSigningKey: true),
            signingKey,
            authenticationKey,
            rsaIdentity,
            Now);
    }

    public static FuzzRelay A { get; } = new(1, FuzzKeys.RelayIdentity, FuzzKeys.AuthoritySigning);

    public static FuzzRelay B { get; } = new(2, FuzzKeys.RelayTapOnion, FuzzKeys.AuthoritySigning);

    public Ed25519PrivateKey Identity { get; }

    public LinkCertificates Certificates { get; }
}
