using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Documents.Authorities;
using Tunic.Tor.Protocol.Documents.Consensuses;
using Tunic.Tor.Protocol.Documents.Votes;
using Tunic.Tor.Protocol.Voting.Signatures;
using Tunic.Tor.Protocol.Voting.Tally;

namespace Tunic.Tor.Protocol.Voting.Rounds;

/// <summary>The consensuses that are being signed, and signatures that came before them (dirvote.c, dirvote_add_signatures). Pure; one owner.</summary>
public sealed class ConsensusBox
{
    private const int MaxQueued = 64;

    private readonly List<ConsensusSignatures> _pending = [];
    private readonly Queue<DetachedSignatures> _queued = [];

    /// <summary>Both flavours; empty before the count.</summary>
    public IReadOnlyList<ConsensusSignatures> Pending => _pending;

    /// <summary>Whether every authority whose vote went in has signed both.</summary>
    public bool IsComplete => _pending.Count > 0 && _pending.All(each => !each.Missing.Any());

    /// <summary>The signatures as others get them; null before the count.</summary>
    public byte[]? DetachedText => _pending.Count == 0 ? null : ConsensusSignatures.Detach(_pending).Write();

    /// <summary>Counts the votes, signs both flavours, and adds the signatures that came early.</summary>
    public void Compute(
        IReadOnlyCollection<Vote> votes, int authorityCount, bool isSharedRandomFresh, RsaIdentity own, RsaPrivateKey signingKey,
        Func<AuthorityKeyId, AuthorityCertificate?> certificates)
    {
        _pending.Clear();
        var builder = new ConsensusBuilder(votes, authorityCount, isSharedRandomFresh);
        foreach (ConsensusFlavor flavor in new[] { ConsensusFlavor.Unflavored, ConsensusFlavor.Microdescriptor })
        {
            byte[] unsigned = builder.Write(flavor);
            _pending.Add(new ConsensusSignatures(flavor, unsigned, ConsensusWriter.Sign(unsigned, flavor, own, signingKey)));
        }

        while (_queued.TryDequeue(out DetachedSignatures? detached))
        {
            Add(detached, certificates);
        }
    }

    /// <summary>Takes signatures of another authority.</summary>
    public PostAnswer Receive(ReadOnlyMemory<byte> text, Func<AuthorityKeyId, AuthorityCertificate?> certificates)
    {
        if (!DetachedSignatures.TryParse(text, out DetachedSignatures? detached, out _))
        {
            return new PostAnswer(400, "Couldn't parse detached signatures.");
        }

        if (_pending.Count > 0)
        {
            return Add(detached, certificates);
        }

        if (_queued.Count == MaxQueued)
        {
            return new PostAnswer(400, "Too many signatures are waiting for a consensus");
        }

        _queued.Enqueue(detached);
        return new PostAnswer(200, "Signature queued");
    }

    /// <summary>The round has ended.</summary>
    public void Clear()
    {
        _pending.Clear();
        _queued.Clear();
    }

    private PostAnswer Add(DetachedSignatures detached, Func<AuthorityKeyId, AuthorityCertificate?> certificates)
    {
        int added = 0;
        int errors = 0;
        string message = "";
        foreach (ConsensusSignatures pending in _pending)
        {
            int result = pending.Add(detached, certificates, out message);
            added += Math.Max(result, 0);
            errors += result < 0 ? 1 : 0;
        }

        return new PostAnswer(errors > 0 && added == 0 ? 400 : 200, message);
    }
}
