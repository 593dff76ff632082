using Tunic.Tor.Protocol.Documents.Lexing;

namespace Tunic.Tor.Protocol.Documents.Authorities;

/// <summary>The lines of an authority certificate; a vote has the same ones in its preamble.</summary>
internal static class AuthorityCertificateFormat
{
    public static readonly ItemRule Version = ItemRule.Once("dir-key-certificate-version").WithArguments(1);
    public static readonly ItemRule IdentityKey = ItemRule.Once("dir-identity-key").WithoutArguments().WithObject(ObjectRule.RsaKey);
    public static readonly ItemRule Published = ItemRule.Once("dir-key-published").WithWholeLine();
    public static readonly ItemRule Expires = ItemRule.Once("dir-key-expires").WithWholeLine();
    public static readonly ItemRule SigningKey = ItemRule.Once("dir-signing-key").WithoutArguments().WithObject(ObjectRule.RsaKey);
    public static readonly ItemRule CrossCertificate = ItemRule.Once("dir-key-crosscert").WithoutArguments().WithObject(ObjectRule.Required);
    public static readonly ItemRule Certification = ItemRule.Once("dir-key-certification").WithoutArguments().WithObject(ObjectRule.Required);
    public static readonly ItemRule Address = ItemRule.AtMostOnce("dir-address").WithArguments(1);
    public static readonly ItemRule Fingerprint = ItemRule.Once("fingerprint").WithWholeLine();

    /// <summary>All but the fingerprint, which a vote treats differently.</summary>
    public static readonly ItemRule[] Members =
        [Version, IdentityKey, Published, Expires, SigningKey, CrossCertificate, Certification, Address];

    public static readonly DocumentFormat Format = new([.. Members, Fingerprint]);
}
