using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Documents.Authorities;
using Tunic.Tor.Protocol.Documents.Consensuses;

namespace Tunic.Tor.Protocol.Voting.Signatures;

/// <summary>Collects the signatures of one computed consensus until it can be published (dirvote.c, networkstatus_add_detached_signatures).</summary>
/// <remarks>Pure; one owner. A signature whose certificate is not known is kept and shown to others, but does not count.</remarks>
public sealed class ConsensusSignatures
{
    private readonly byte[] _unsigned;
    private readonly SortedDictionary<RsaIdentity, (ConsensusSignature Signature, bool IsGood)> _signatures = [];
    private readonly Consensus _consensus;

    /// <summary>A consensus with our own signature.</summary>
    /// <param name="flavor">Its flavour.</param>
    /// <param name="unsigned">Everything before the signatures.</param>
    /// <param name="own">Our signature; not checked.</param>
    /// <exception cref="ArgumentException">The text is no consensus.</exception>
    public ConsensusSignatures(ConsensusFlavor flavor, byte[] unsigned, ConsensusSignature own)
    {
        _unsigned = unsigned;
        _signatures.Add(own.Identity, (own, true));
        _consensus = Consensus.TryParse(ToBytes(), out Consensus? consensus, out var fault) && consensus.Flavor == flavor
            ? consensus
            : throw new ArgumentException($"not a consensus: {fault?.Reason}", nameof(unsigned));
    }

    /// <summary>The consensus, as parsed with our signature only.</summary>
    public Consensus Consensus => _consensus;

    /// <summary>Signatures that hold.</summary>
    public int GoodCount => _signatures.Values.Count(entry => entry.IsGood);

    /// <summary>The authorities whose votes went in and whose signature does not hold or is missing.</summary>
    public IEnumerable<RsaIdentity> Missing =>
        _consensus.Voters.Select(voter => voter.Identity).Where(identity => !_signatures.TryGetValue(identity, out var entry) || !entry.IsGood);

    /// <summary>Whether more than half of the network's authorities have signed.</summary>
    public bool HasEnough(int authorityCount) => GoodCount > authorityCount / 2;

    /// <summary>The consensus with the signatures so far, ordered by identity.</summary>
    public byte[] ToBytes() => ConsensusWriter.Assemble(_unsigned, _signatures.Values.Select(entry => entry.Signature));

    /// <summary>Adds what is new in the document.</summary>
    /// <param name="detached">Signatures of another authority.</param>
    /// <param name="certificates">Finds the certificate of a signing key; null when it is not known.</param>
    /// <param name="message">Stock tor's word for the outcome.</param>
    /// <returns>How many were added; -1 when the document is about another consensus.</returns>
    public int Add(DetachedSignatures detached, Func<AuthorityKeyId, AuthorityCertificate?> certificates, out string message)
    {
        string flavor = DetachedSignatures.NameOf(_consensus.Flavor);
        message = FindMismatch(detached, flavor) ?? "";
        if (message.Length != 0)
        {
            return -1;
        }

        int added = 0;
        foreach (DetachedSignature entry in detached.Signatures.Where(entry => entry.Flavor == flavor && entry.Signature.Algorithm == Algorithm))
        {
            added += TryAdd(entry.Signature, certificates) ? 1 : 0;
        }

        message = added > 0 ? "Signatures added" : "Signatures ignored";
        return added;
    }

    /// <summary>The document that others get of us.</summary>
    /// <param name="consensuses">Both flavours; the unflavoured one must be among them.</param>
    public static DetachedSignatures Detach(IReadOnlyCollection<ConsensusSignatures> consensuses)
    {
        Consensus first = consensuses.Single(each => each._consensus.Flavor == ConsensusFlavor.Unflavored)._consensus;
        return new DetachedSignatures
        {
            ValidAfter = first.ValidAfter,
            FreshUntil = first.FreshUntil,
            ValidUntil = first.ValidUntil,
            Digests = [.. consensuses.Select(each => new DetachedDigest(DetachedSignatures.NameOf(each._consensus.Flavor), each.Algorithm, each.SignedDigest))],
            Signatures = [.. consensuses.SelectMany(each => each._signatures.Values
                .Select(entry => new DetachedSignature(DetachedSignatures.NameOf(each._consensus.Flavor), entry.Signature)))],
        };
    }

    private ConsensusDigestAlgorithm Algorithm =>
        _consensus.Flavor == ConsensusFlavor.Unflavored ? ConsensusDigestAlgorithm.Sha1 : ConsensusDigestAlgorithm.Sha256;

    private byte[] SignedDigest => DigestOf(Algorithm);

    private byte[] DigestOf(ConsensusDigestAlgorithm algorithm) =>
        algorithm == ConsensusDigestAlgorithm.Sha1 ? _consensus.SignedSha1.ToArray() : _consensus.SignedSha256.ToArray();

    private string? FindMismatch(DetachedSignatures detached, string flavor)
    {
        if (detached.ValidAfter != _consensus.ValidAfter)
        {
            return "Valid-After times do not match when adding detached signatures to consensus";
        }

        if (detached.FreshUntil != _consensus.FreshUntil)
        {
            return "Fresh-until times do not match when adding detached signatures to consensus";
        }

        if (detached.ValidUntil != _consensus.ValidUntil)
        {
            return "Valid-until times do not match when adding detached signatures to consensus";
        }

        if (!detached.Signatures.Any(entry => entry.Flavor == flavor))
        {
            return "No signatures for given consensus flavor";
        }

        DetachedDigest[] digests = [.. detached.Digests.Where(digest => digest.Flavor == flavor)];
        return digests.Length == 0 ? "No digests for given consensus flavor"
            : digests.Any(digest => !digest.Digest.Span.SequenceEqual(DigestOf(digest.Algorithm))) ? "Mismatched digest."
            : null;
    }

    private bool TryAdd(ConsensusSignature signature, Func<AuthorityKeyId, AuthorityCertificate?> certificates)
    {
        bool isKnown = _signatures.TryGetValue(signature.Identity, out var old);
        if ((isKnown && old.IsGood) || !_consensus.Voters.Any(voter => voter.Identity == signature.Identity))
        {
            return false;
        }

        RsaPublicKey? key = certificates(new AuthorityKeyId(signature.Identity, signature.SigningKeyDigest))?.SigningKey;
        bool isGood = key is not null && key.VerifyDigest(SignedDigest, signature.Signature.Span);
        bool isBad = key is not null && !isGood;
        if (isBad || (isKnown && !isGood))
        {
            return false;
        }

        _signatures[signature.Identity] = (signature, isGood);
        return true;
    }
}
