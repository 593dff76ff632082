namespace Tunic.Tor.Protocol.Voting.Timing;

/// <summary>The steps of a voting round, in order.</summary>
public enum VotingStep
{
    /// <summary>Make the own vote and post it to the other authorities.</summary>
    Vote,

    /// <summary>Ask every other authority for votes that have not come.</summary>
    FetchMissingVotes,

    /// <summary>Compute both consensuses, sign them, post the signatures.</summary>
    ComputeConsensus,

    /// <summary>Ask every other authority for its signatures.</summary>
    FetchMissingSignatures,

    /// <summary>Publish what has enough signatures, and begin the next round.</summary>
    Publish,
}
