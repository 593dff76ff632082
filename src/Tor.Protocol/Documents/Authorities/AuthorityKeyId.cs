using Tunic.Primitives.Keys;

namespace Tunic.Tor.Protocol.Documents.Authorities;

/// <summary>Names one authority certificate: whose it is, and which signing key it certifies.</summary>
/// <param name="Identity">SHA-1 of the v3 identity key.</param>
/// <param name="SigningKeyDigest">SHA-1 of the signing key.</param>
public readonly record struct AuthorityKeyId(RsaIdentity Identity, Digest160 SigningKeyDigest)
{
    /// <summary>"FP-SK", as /tor/keys/fp-sk/ wants it.</summary>
    public override string ToString() => $"{Identity}-{SigningKeyDigest}";
}
