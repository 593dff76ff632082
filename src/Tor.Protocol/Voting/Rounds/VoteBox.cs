using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Voting.Timing;

namespace Tunic.Tor.Protocol.Voting.Rounds;

/// <summary>The votes of the round under way and of the one before (dirvote.c, dirvote_add_vote). Pure; one owner.</summary>
public sealed class VoteBox(IReadOnlySet<RsaIdentity> authorities)
{
    private const string Unrecognized = "Vote not from a recognized v3 authority";

    private readonly List<PendingVote> _pending = [];
    private readonly List<PendingVote> _previous = [];

    /// <summary>v3 identities of those who vote.</summary>
    public IReadOnlySet<RsaIdentity> Authorities => authorities;

    /// <summary>Votes of the round under way; one per authority.</summary>
    public IReadOnlyList<PendingVote> Pending => _pending;

    /// <summary>Votes of the last finished round.</summary>
    public IReadOnlyList<PendingVote> Previous => _previous;

    /// <summary>Authorities whose vote has not come.</summary>
    public IReadOnlyList<RsaIdentity> Missing => [.. authorities.Where(identity => !_pending.Any(vote => vote.Vote.Voter.Identity == identity)).Order()];

    /// <summary>A vote by its digest, new or old; null when it is not held.</summary>
    public PendingVote? Find(Digest160 digest) => _pending.Concat(_previous).FirstOrDefault(vote => vote.Vote.Digest == digest);

    /// <summary>The vote of an authority; null when it is not held.</summary>
    public PendingVote? Find(RsaIdentity identity, bool previous) =>
        (previous ? _previous : _pending).FirstOrDefault(vote => vote.Vote.Voter.Identity == identity);

    /// <summary>Takes a vote.</summary>
    /// <param name="received">The vote; its text is copied.</param>
    /// <param name="schedule">The round under way.</param>
    /// <param name="postedAt">When it was posted to us; null for our own vote and for one that we asked for.</param>
    /// <param name="accepted">The vote, when it is new and good.</param>
    public PostAnswer Receive(ReceivedVote received, VotingSchedule schedule, DateTime? postedAt, out PendingVote? accepted)
    {
        accepted = null;
        if (received.Vote is not { } vote)
        {
            return new PostAnswer(400, received.IsStrange ? Unrecognized : "Unable to parse vote");
        }

        if (!authorities.Contains(vote.Voter.Identity))
        {
            return new PostAnswer(400, Unrecognized);
        }

        if (vote.ValidAfter != schedule.ValidAfter)
        {
            return new PostAnswer(400, "Bad valid-after time");
        }

        if (postedAt > schedule.FetchMissingVotes)
        {
            // Some authorities have it, some have not: counting it would split the result.
            return new PostAnswer(400, "Posted vote received too late, would be dangerous to count it");
        }

        int known = _pending.FindIndex(other => other.Vote.Voter.Identity == vote.Voter.Identity);
        if (known >= 0 && _pending[known].Vote.Digest == vote.Digest)
        {
            return new PostAnswer(200, "Duplicate discarded");
        }

        if (known >= 0 && _pending[known].Vote.Published >= vote.Published)
        {
            return new PostAnswer(400, "Already have a newer pending vote");
        }

        if (known >= 0)
        {
            _pending.RemoveAt(known);
        }

        accepted = new PendingVote(vote, received.Text.ToArray());
        _pending.Add(accepted);
        return new PostAnswer(200, "Vote stored");
    }

    /// <summary>The round has ended: its votes become the previous ones.</summary>
    public void EndRound()
    {
        _previous.Clear();
        _previous.AddRange(_pending);
        _pending.Clear();
    }

    /// <summary>The round starts afresh.</summary>
    public void Discard() => _pending.Clear();
}
