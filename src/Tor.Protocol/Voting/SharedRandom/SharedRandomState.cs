using Tunic.Primitives.Keys;
using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.Voting.Timing;

namespace Tunic.Tor.Protocol.Voting.SharedRandom;

/// <summary>An authority's part in the shared random protocol: 12 rounds of commits, 12 of reveals, then the next value (srv-spec).</summary>
/// <remarks>Pure; one owner. The state belongs to the round that votes next, and is saved whenever <see cref="Revision"/> moves.</remarks>
public sealed class SharedRandomState
{
    /// <summary>Rounds of each phase.</summary>
    public const int RoundsPerPhase = 12;

    private const int RoundsPerRun = 2 * RoundsPerPhase;

    private readonly SortedDictionary<RsaIdentity, SharedRandomCommitment> _commits = [];
    private readonly RandomSource _random;

    /// <summary>A state without history.</summary>
    /// <param name="own">Our v3 identity.</param>
    /// <param name="now">Wall clock, UTC.</param>
    /// <param name="schedule">The round that votes next.</param>
    /// <param name="interval">Voting interval: of the consensus at hand if it is reasonably live, else the configured one.</param>
    /// <param name="random">Where our random values come from.</param>
    public SharedRandomState(RsaIdentity own, DateTime now, VotingSchedule schedule, TimeSpan interval, RandomSource random)
    {
        Own = own;
        _random = random;
        Phase = PhaseOf(now, interval);
        ValidUntil = EndOfRun(now, schedule, interval);
        ValidAfter = DateTime.UnixEpoch;
    }

    internal SharedRandomState(
        RsaIdentity own, RandomSource random, SharedRandomPhase phase, DateTime validAfter, DateTime validUntil,
        IEnumerable<SharedRandomCommitment> commits)
    {
        Own = own;
        _random = random;
        Phase = phase;
        ValidAfter = validAfter;
        ValidUntil = validUntil;
        foreach (SharedRandomCommitment commit in commits)
        {
            _commits[commit.Authority] = commit;
        }
    }

    /// <summary>Our v3 identity.</summary>
    public RsaIdentity Own { get; }

    /// <summary>Phase of the round that votes next.</summary>
    public SharedRandomPhase Phase { get; private set; }

    /// <summary>Valid-after of the round that votes next.</summary>
    public DateTime ValidAfter { get; private set; }

    /// <summary>End of the protocol run.</summary>
    public DateTime ValidUntil { get; private set; }

    /// <summary>Value of the run before the last; null when none was agreed on.</summary>
    public SharedRandomValue? Previous { get; internal set; }

    /// <summary>Value of the last run; null when none was agreed on.</summary>
    public SharedRandomValue? Current { get; internal set; }

    /// <summary>Whether <see cref="Current"/> was computed here and no consensus has confirmed it yet: it then needs a larger majority.</summary>
    public bool IsFresh { get; private set; }

    /// <summary>The commits of this run, ascending by authority.</summary>
    public IReadOnlyCollection<SharedRandomCommitment> Commits => _commits.Values;

    /// <summary>Counts the changes.</summary>
    public int Revision { get; private set; }

    /// <summary>The phase in which a round takes place.</summary>
    public static SharedRandomPhase PhaseOf(DateTime validAfter, TimeSpan interval) =>
        UnixSeconds.Of(validAfter) / UnixSeconds.Of(interval) % RoundsPerRun < RoundsPerPhase ? SharedRandomPhase.Commit : SharedRandomPhase.Reveal;

    /// <summary>Makes the state ready for the round that votes next: at start, and after each publication.</summary>
    /// <param name="schedule">The round that votes next; nothing happens when the state is that far already.</param>
    /// <param name="interval">Voting interval, as in the constructor.</param>
    /// <param name="authorities">The v3 identities of all authorities of the network.</param>
    public void Prepare(VotingSchedule schedule, TimeSpan interval, IReadOnlySet<RsaIdentity> authorities)
    {
        DateTime validAfter = schedule.IntervalStarts;
        if (validAfter <= ValidAfter)
        {
            return;
        }

        SharedRandomPhase next = PhaseOf(validAfter, interval);
        if (next != Phase)
        {
            if (next == SharedRandomPhase.Commit)
            {
                StartRun(schedule, interval, authorities);
            }

            Phase = next;
        }
        else if (Phase == SharedRandomPhase.Commit && _commits.Count == 0)
        {
            AddOwnCommit(validAfter);
        }

        ValidAfter = validAfter;
        Revision++;
    }

    /// <summary>Takes over what the majority agreed on. Call it with the published consensus, before <see cref="Prepare"/>.</summary>
    public void OnConsensus(SharedRandomValue? previous, SharedRandomValue? current)
    {
        IsFresh = false;
        Previous = previous;
        Current = current;
        Revision++;
    }

    /// <summary>Takes the commits out of a vote, the own one included.</summary>
    /// <param name="voter">The v3 identity that signed the vote.</param>
    /// <param name="commits">All commits in the vote; only the voter's own ones count.</param>
    /// <param name="authorities">The v3 identities of all authorities of the network.</param>
    public void Receive(RsaIdentity voter, IEnumerable<SharedRandomCommitment> commits, IReadOnlySet<RsaIdentity> authorities)
    {
        foreach (SharedRandomCommitment commit in commits)
        {
            if (commit.Authority != voter || !authorities.Contains(voter))
            {
                continue;
            }

            SharedRandomCommitment? known = _commits.GetValueOrDefault(voter);
            bool keep = Phase == SharedRandomPhase.Commit
                ? known is null && commit.EncodedReveal is null
                : known is not null && known.EncodedCommit == commit.EncodedCommit && commit.HasValidReveal();
            if (keep)
            {
                _commits[voter] = commit;
                Revision++;
            }
        }
    }

    /// <summary>What our vote says: each commit known, with its reveal only in the reveal phase.</summary>
    public IReadOnlyList<SharedRandomCommitment> CommitsForVote =>
        [.. _commits.Values.Select(commit => Phase == SharedRandomPhase.Commit ? commit.WithoutReveal() : commit)];

    private static DateTime EndOfRun(DateTime now, VotingSchedule schedule, TimeSpan interval)
    {
        long length = UnixSeconds.Of(interval);
        long roundsLeft = RoundsPerRun - (UnixSeconds.Of(now) / length % RoundsPerRun);
        DateTime currentRound = VotingSchedule.StartOfIntervalAfter(schedule.IntervalStarts - schedule.Interval - TimeSpan.FromSeconds(1), schedule.Interval);
        return currentRound.AddSeconds(roundsLeft * length);
    }

    private void StartRun(VotingSchedule schedule, TimeSpan interval, IReadOnlySet<RsaIdentity> authorities)
    {
        Previous = Current;
        Current = SharedRandomComputation.Compute(_commits.Values.Where(commit => authorities.Contains(commit.Authority)), Previous?.Value);
        IsFresh = true;
        ValidUntil = EndOfRun(schedule.IntervalStarts, schedule, interval);
        _commits.Clear();
        AddOwnCommit(schedule.IntervalStarts);
    }

    private void AddOwnCommit(DateTime validAfter) => _commits[Own] = SharedRandomCommitment.Generate(Own, validAfter, _random);
}
