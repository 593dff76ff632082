using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Documents.Consensuses;

namespace Tunic.Tor.Protocol.Voting.Rounds;

/// <summary>Something that the owner of a <see cref="VotingAuthority"/> is to do.</summary>
public abstract record AuthorityAction
{
    /// <summary>Post our vote to every other authority (/tor/post/vote).</summary>
    /// <param name="Text">The vote.</param>
    public sealed record PostVote(ReadOnlyMemory<byte> Text) : AuthorityAction;

    /// <summary>Ask every other authority for these votes (/tor/status-vote/next/FP+FP).</summary>
    /// <param name="Missing">Whose votes.</param>
    public sealed record FetchVotes(IReadOnlyList<RsaIdentity> Missing) : AuthorityAction;

    /// <summary>Post our signatures to every other authority (/tor/post/consensus-signature).</summary>
    /// <param name="Text">The detached signatures.</param>
    public sealed record PostSignatures(ReadOnlyMemory<byte> Text) : AuthorityAction;

    /// <summary>Ask every other authority for its signatures (/tor/status-vote/next/consensus-signatures).</summary>
    public sealed record FetchSignatures : AuthorityAction;

    /// <summary>A consensus has enough signatures: keep and serve it.</summary>
    /// <param name="Consensus">The consensus.</param>
    /// <param name="Text">Its text.</param>
    public sealed record Publish(Consensus Consensus, ReadOnlyMemory<byte> Text) : AuthorityAction;

    /// <summary>A round ended without consensus; ask the others for theirs.</summary>
    /// <param name="Reason">Why, in one sentence.</param>
    public sealed record Failed(string Reason) : AuthorityAction;

    /// <summary>Test whether a relay can be reached.</summary>
    /// <param name="Relay">Its fingerprint.</param>
    public sealed record TestRelay(RsaIdentity Relay) : AuthorityAction;
}
