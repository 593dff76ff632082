using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Tunic.Tests.TorRelay.Support;
using Tunic.Tor.Protocol.Links;

namespace Tunic.Tests.Interop.Malformed;

/// <summary>Relays that a hostile one may say it is.</summary>
internal sealed class HostileIdentities
{
    /// <summary>Whom the clients expect.</summary>
    internal HostileIdentity Own { get; } = HostileIdentity.Make(DateTime.UtcNow);

    internal HostileIdentity Stranger { get; } = HostileIdentity.Make(DateTime.UtcNow);

    /// <summary>Whose Ed25519 certificates have expired.</summary>
    internal HostileIdentity Expired { get; } = HostileIdentity.Make(DateTime.UtcNow.AddDays(-40));
}

/// <summary>A relay's certificates, and the one that TLS shows together with its key.</summary>
internal sealed record HostileIdentity(LinkCertificates Link, X509Certificate2 Tls)
{
    internal static HostileIdentity Make(DateTime now)
    {
        LinkCertificates link = LoopbackRelay.Certify(now, out byte[] tlsKey);
        using var key = RSA.Create();
        key.ImportRSAPrivateKey(tlsKey, out _);
        using X509Certificate2 certificate = X509CertificateLoader.LoadCertificate(link.Tls.Link.Encoded.Span);
        return new HostileIdentity(link, certificate.CopyWithPrivateKey(key));
    }
}
