using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Time;

namespace Tunic.Tor.Protocol.Certificates;

/// <summary>The X.509 certificates of one relay, which hide nothing and prove little, but must look like everybody's (tor-spec,
/// "Negotiating TLS" and "CERTS cells"). Renewed together with the TLS key.</summary>
/// <param name="Link">Over the TLS key, signed by the identity key: what the TLS handshake shows, and type 1 of CERTS.</param>
/// <param name="Identity">Over the identity key, signed by itself: type 2 of CERTS.</param>
/// <param name="Authentication">Over a short-lived RSA key that nothing uses any more, signed by the identity key: type 3 of CERTS,
/// which stock tor still sends.</param>
public sealed record TlsCertificates(RsaX509Certificate Link, RsaX509Certificate Identity, RsaX509Certificate Authentication)
{
    /// <summary>Bits of the TLS key.</summary>
    public const int LinkKeyBits = 2048;

    /// <summary>Bits of the identity key and of the authentication key; a peer refuses any other identity key.</summary>
    public const int IdentityKeyBits = 1024;

    private static readonly TimeSpan _identityLifetime = TimeSpan.FromDays(365);

    /// <summary>Makes all three as stock tor does, with random names and a validity that starts at a random midnight of the past.</summary>
    /// <param name="identityKey">The relay's RSA identity key.</param>
    /// <param name="linkKey">The TLS key.</param>
    /// <param name="authenticationKey">Any RSA key.</param>
    /// <param name="now">UTC.</param>
    /// <param name="random">For names, times and serial numbers.</param>
    public static TlsCertificates Create(
        RsaPrivateKey identityKey, RsaPublicKey linkKey, RsaPublicKey authenticationKey, DateTime now, RandomSource random)
    {
        string subject = RsaX509CertificateBuilder.CreateHostName(".net", random);
        string issuer = RsaX509CertificateBuilder.CreateHostName(".com", random);
        TimeSpan lifetime = DrawLinkLifetime(random);

        RsaX509Certificate Make(RsaPublicKey key, string name, TimeSpan lasting)
        {
            DateTime notBefore = DrawStart(now, lasting, random);
            return RsaX509CertificateBuilder.Create(key, identityKey, name, issuer, notBefore, notBefore + lasting, random);
        }

        return new TlsCertificates(
            Make(linkKey, subject, lifetime),
            Make(identityKey.PublicKey, issuer, _identityLifetime),
            Make(authenticationKey, subject, lifetime));
    }

    // Whole days from 5 to 364, in half of the cases one second less (router_initialize_tls_context).
    private static TimeSpan DrawLinkLifetime(RandomSource random)
    {
        TimeSpan days = TimeSpan.FromDays(5 + random.NextInt32(360));
        return random.NextInt32(2) == 0 ? days : days - TimeSpan.FromSeconds(1);
    }

    // At least one day of the lifetime must be left after rounding down to midnight (tor_tls_pick_certificate_lifetime).
    private static DateTime DrawStart(DateTime now, TimeSpan lifetime, RandomSource random)
    {
        TimeSpan spare = lifetime - TimeSpan.FromDays(2);
        int seconds = spare <= TimeSpan.Zero ? 1 : (int)spare.TotalSeconds;
        return (now - TimeSpan.FromSeconds(random.NextInt32(seconds))).Date;
    }
}
