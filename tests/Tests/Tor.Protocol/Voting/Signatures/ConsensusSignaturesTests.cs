using System.Text;
using Tunic.Tor.Protocol.Documents.Authorities;
using Tunic.Tor.Protocol.Documents.Consensuses;
using Tunic.Tor.Protocol.Documents.Votes;
using Tunic.Tor.Protocol.Voting.Signatures;
using Tunic.Tor.Protocol.Voting.Tally;

namespace Tunic.Tests.Tor.Protocol.Voting.Signatures;

public class ConsensusSignaturesTests
{
    private readonly IReadOnlyList<Vote> _votes = StockVoting.ReadVotes();

    [Fact]
    public void Stock_signatures_hold_for_our_consensus_of_the_same_votes()
    {
        DetachedSignatures detached = ReadStock();
        foreach (ConsensusFlavor flavor in Enum.GetValues<ConsensusFlavor>())
        {
            ConsensusSignatures signatures = Create(detached, flavor);
            int before = signatures.GoodCount;
            int added = signatures.Add(detached, FindCertificate, out string message);
            Assert.Equal(detached.Signatures.Count(entry => entry.Flavor == DetachedSignatures.NameOf(flavor)) - before, added);
            Assert.Equal("Signatures added", message);
            Assert.True(signatures.HasEnough(3));
            Assert.Equal(0, signatures.Add(detached, FindCertificate, out message));
            Assert.Equal("Signatures ignored", message);
            Assert.True(Consensus.TryParse(signatures.ToBytes(), out Consensus? consensus, out _));
            var verification = ConsensusVerifier.Verify(
                consensus, _votes.Select(vote => vote.Certificate), [.. _votes.Select(vote => vote.Voter.Identity)], consensus.ValidAfter);
            Assert.Equal(signatures.GoodCount, verification.Good.Count);
        }
    }

    [Fact]
    public void The_stock_document_survives_a_round_trip() =>
        Assert.Equal(StockVoting.ReadText("signatures"), Encoding.UTF8.GetString(ReadStock().Write()));

    [Fact]
    public void Our_document_is_the_stock_one_when_all_signatures_are_in()
    {
        DetachedSignatures detached = ReadStock();
        ConsensusSignatures[] both = [Create(detached, ConsensusFlavor.Unflavored), Create(detached, ConsensusFlavor.Microdescriptor)];
        foreach (ConsensusSignatures signatures in both)
        {
            signatures.Add(detached, FindCertificate, out _);
        }

        Assert.Equal(StockVoting.ReadText("signatures"), Encoding.UTF8.GetString(ConsensusSignatures.Detach(both).Write()));
    }

    [Fact]
    public void Every_prefix_of_the_document_is_refused_or_shorter()
    {
        byte[] text = StockVoting.Read("signatures");
        int complete = ReadStock().Signatures.Count;
        for (int length = 0; length < text.Length; length += 7)
        {
            Assert.True(!DetachedSignatures.TryParse(text.AsMemory(0, length), out DetachedSignatures? part, out _) || part.Signatures.Count < complete);
        }
    }

    [Fact]
    public void Signatures_of_another_consensus_are_refused()
    {
        DetachedSignatures detached = ReadStock();
        ConsensusSignatures signatures = Create(detached, ConsensusFlavor.Unflavored);
        Assert.Equal(-1, signatures.Add(detached with { ValidAfter = detached.ValidAfter.AddSeconds(1) }, FindCertificate, out string message));
        Assert.Equal("Valid-After times do not match when adding detached signatures to consensus", message);
        Assert.Equal(-1, signatures.Add(
            detached with { Digests = [new DetachedDigest("ns", ConsensusDigestAlgorithm.Sha1, new byte[20])] }, FindCertificate, out message));
        Assert.Equal("Mismatched digest.", message);
    }

    [Fact]
    public void A_forged_signature_does_not_count_and_is_not_passed_on()
    {
        DetachedSignatures detached = ReadStock();
        ConsensusSignatures signatures = Create(detached, ConsensusFlavor.Unflavored);
        DetachedSignature[] forged = [.. detached.Signatures.Select(entry =>
        {
            byte[] bytes = entry.Signature.Signature.ToArray();
            bytes[9] ^= 1;
            return entry with { Signature = entry.Signature with { Signature = bytes } };
        })];
        Assert.Equal(0, signatures.Add(detached with { Signatures = forged }, FindCertificate, out _));
        Assert.Equal(1, signatures.GoodCount);
        Assert.Equal(2, signatures.Missing.Count());
    }

    [Fact]
    public void A_signature_without_certificate_is_kept_but_does_not_count()
    {
        DetachedSignatures detached = ReadStock();
        ConsensusSignatures signatures = Create(detached, ConsensusFlavor.Unflavored);
        Assert.Equal(2, signatures.Add(detached, _ => null, out _));
        Assert.Equal(1, signatures.GoodCount);
        Assert.False(signatures.HasEnough(3));
        Assert.Equal(2, signatures.Add(detached, FindCertificate, out _));
        Assert.Equal(3, signatures.GoodCount);
    }

    private ConsensusSignatures Create(DetachedSignatures detached, ConsensusFlavor flavor)
    {
        byte[] unsigned = new ConsensusBuilder(_votes, 3, false).Write(flavor);
        ConsensusSignature own = detached.Signatures.First(entry => entry.Flavor == DetachedSignatures.NameOf(flavor)).Signature;
        return new ConsensusSignatures(flavor, unsigned, own);
    }

    private AuthorityCertificate? FindCertificate(AuthorityKeyId key) => _votes.Select(vote => vote.Certificate).FirstOrDefault(each => each.KeyId == key);

    private static DetachedSignatures ReadStock()
    {
        Assert.True(DetachedSignatures.TryParse(StockVoting.Read("signatures"), out DetachedSignatures? detached, out _));
        return detached;
    }
}
