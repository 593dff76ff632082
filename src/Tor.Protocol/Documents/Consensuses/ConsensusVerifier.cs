using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Documents.Authorities;

namespace Tunic.Tor.Protocol.Documents.Consensuses;

/// <summary>Checks who signed a consensus (dir-spec, "Signature verification"; networkstatus.c).</summary>
public static class ConsensusVerifier
{
    /// <summary>Checks each signature of a trusted authority.</summary>
    /// <param name="consensus">The consensus.</param>
    /// <param name="certificates">Certificates at hand, of any authority, new and old.</param>
    /// <param name="trusted">v3 identities of all configured authorities, each once; more than half of them must have signed.</param>
    /// <param name="now">Wall clock, UTC: an expired certificate counts as missing.</param>
    public static ConsensusVerification Verify(
        Consensus consensus, IEnumerable<AuthorityCertificate> certificates, IReadOnlyCollection<RsaIdentity> trusted, DateTime now)
    {
        var byKey = new Dictionary<AuthorityKeyId, RsaPublicKey>();
        foreach (AuthorityCertificate certificate in certificates)
        {
            if (certificate.Expires >= now)
            {
                byKey[certificate.KeyId] = certificate.SigningKey;
            }
        }

        var good = new HashSet<RsaIdentity>();
        var bad = new HashSet<RsaIdentity>();
        var unrecognized = new HashSet<RsaIdentity>();
        var missing = new HashSet<AuthorityKeyId>();
        foreach (ConsensusSignature signature in consensus.Signatures)
        {
            var key = new AuthorityKeyId(signature.Identity, signature.SigningKeyDigest);
            if (!trusted.Contains(signature.Identity))
            {
                unrecognized.Add(signature.Identity);
            }
            else if (!byKey.TryGetValue(key, out RsaPublicKey? signingKey))
            {
                missing.Add(key);
            }
            else
            {
                (Holds(consensus, signature, signingKey) ? good : bad).Add(signature.Identity);
            }
        }

        bad.ExceptWith(good);
        return new ConsensusVerification
        {
            Required = (trusted.Count / 2) + 1,
            Good = [.. good],
            Bad = [.. bad],
            Unrecognized = [.. unrecognized],
            MissingCertificates = [.. missing],
        };
    }

    private static bool Holds(Consensus consensus, ConsensusSignature signature, RsaPublicKey key)
    {
        byte[] digest = signature.Algorithm == ConsensusDigestAlgorithm.Sha1
            ? consensus.SignedSha1.ToArray()
            : consensus.SignedSha256.ToArray();
        return key.VerifyDigest(digest, signature.Signature.Span);
    }
}
