using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Documents.Authorities;

namespace Tunic.Tor.Protocol.Documents.Consensuses;

/// <summary>What a consensus that an earlier run has left on disk is good for.</summary>
/// <param name="Usable">The consensus; null when it cannot be gone by.</param>
/// <param name="Fault">A clause that says what is wrong with the text; null when it makes sense.</param>
/// <param name="Complaint">A clause that says why a consensus that makes sense is of no use here; null also for one that is merely old.</param>
public sealed record StoredConsensus(Consensus? Usable, string? Fault = null, string? Complaint = null)
{
    /// <summary>Judges one.</summary>
    /// <param name="text">The document.</param>
    /// <param name="flavor">Which of the two forms is wanted.</param>
    /// <param name="certificates">Certificates at hand, of any authority, new and old.</param>
    /// <param name="trusted">v3 identities of all configured authorities, each once; more than half of them must have signed.</param>
    /// <param name="now">Wall clock, UTC.</param>
    public static StoredConsensus Judge(
        ReadOnlyMemory<byte> text,
        ConsensusFlavor flavor,
        IEnumerable<AuthorityCertificate> certificates,
        IReadOnlyCollection<RsaIdentity> trusted,
        DateTime now)
    {
        if (!Consensus.TryParse(text, out Consensus? consensus, out DocumentFault? fault))
        {
            return new StoredConsensus(null, fault.Reason);
        }

        if (consensus.Flavor != flavor)
        {
            return new StoredConsensus(null, "it is of the other flavour");
        }

        if (!consensus.IsReasonablyLive(now))
        {
            return new StoredConsensus(Usable: null); // its signers' certificates may have expired too
        }

        ConsensusVerification verification = ConsensusVerifier.Verify(consensus, certificates, trusted, now);
        if (verification.IsAccepted)
        {
            return new StoredConsensus(consensus);
        }

        return verification.Bad.Count > 0
            ? new StoredConsensus(null, "its signatures do not hold")
            : new StoredConsensus(null, Complaint: "not enough of the network's authorities have signed it");
    }
}
