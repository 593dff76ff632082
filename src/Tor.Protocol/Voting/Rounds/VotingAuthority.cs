using System.Net;
using Tunic.Primitives.Keys;
using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.Documents.Authorities;
using Tunic.Tor.Protocol.Documents.Bandwidths;
using Tunic.Tor.Protocol.Documents.Consensuses;
using Tunic.Tor.Protocol.Documents.Votes;
using Tunic.Tor.Protocol.Voting.Keys;
using Tunic.Tor.Protocol.Voting.SharedRandom;
using Tunic.Tor.Protocol.Voting.Tally;
using Tunic.Tor.Protocol.Voting.Timing;
using Tunic.Tor.Protocol.Voting.Uploads;
using Tunic.Tor.Protocol.Voting.Votes;

namespace Tunic.Tor.Protocol.Voting.Rounds;

/// <summary>A directory authority without its network: takes uploads, votes and signatures, and says what to send and publish (dirvote.c, dirvote_act).</summary>
/// <remarks>
/// Pure; one owner. Call <see cref="OnDeadline"/> at <see cref="NextDeadline"/> and after everything received, then drain <see cref="TryTakeAction"/>.
/// </remarks>
public sealed class VotingAuthority
{
    private readonly AuthorityKeys _keys;
    private readonly AuthorityNetwork _network;
    private readonly AuthorityProfile _profile;
    private readonly VoteBuilder _voteBuilder;
    private readonly DateTime _started;
    private readonly Dictionary<AuthorityKeyId, AuthorityCertificate> _certificates = [];
    private readonly Dictionary<ConsensusFlavor, (Consensus Consensus, ReadOnlyMemory<byte> Text)> _published = [];
    private readonly Queue<AuthorityAction> _actions = [];
    private VotingRound _round;
    private bool _isHurried;

    /// <summary>An authority that starts now.</summary>
    /// <param name="keys">Its keys; the caller owns them.</param>
    /// <param name="network">The network.</param>
    /// <param name="profile">What it votes for.</param>
    /// <param name="state">What it remembers; <see cref="AuthorityState.CreateNew"/> for a new one.</param>
    /// <param name="acceptance">What it accepts.</param>
    /// <param name="random">Where random values come from.</param>
    /// <param name="now">Wall clock, UTC.</param>
    public VotingAuthority(
        AuthorityKeys keys, AuthorityNetwork network, AuthorityProfile profile, AuthorityState state, AcceptanceOptions acceptance,
        RandomSource random, DateTime now)
    {
        (_keys, _network, _profile, _started) = (keys, network, profile, now);
        _voteBuilder = new VoteBuilder(profile, keys.Certificate);
        _certificates[keys.Certificate.KeyId] = keys.Certificate;
        foreach ((Consensus consensus, ReadOnlyMemory<byte> text) in state.Consensuses)
        {
            _published[consensus.Flavor] = (consensus, text);
        }

        Relays = new RelayRoster(state, acceptance, profile.Flags, network.AuthorityRelays);
        Votes = new VoteBox(network.Authorities);
        _isHurried = network.ExpectedRelays is not null && LiveConsensus(now) is null;
        _round = new VotingRound(_isHurried
            ? VotingSchedule.CreateHurried(now, network.MaxHold, profile.Intervals.Interval, network.StartOffset)
            : NextSchedule(now));
        SharedRandom = state.SharedRandom
            ?? new SharedRandomState(keys.Certificate.Identity, now, _round.Schedule, RandomInterval(now), random);
        PrepareSharedRandom(now);
        EnqueueTests(Relays.StartTests);
    }

    /// <summary>What is known of relays.</summary>
    public RelayRoster Relays { get; }

    /// <summary>Shared random state.</summary>
    public SharedRandomState SharedRandom { get; }

    /// <summary>Votes.</summary>
    public VoteBox Votes { get; }

    /// <summary>Consensuses that are being signed.</summary>
    public ConsensusBox Box { get; } = new();

    /// <summary>What a scanner measured; null when there is none. Set it before each vote.</summary>
    public BandwidthFile? Bandwidths { get; set; }

    /// <summary>Our v3 identity.</summary>
    public RsaIdentity Identity => _keys.Certificate.Identity;

    /// <summary>The certificates of all authorities that are known.</summary>
    public IReadOnlyDictionary<AuthorityKeyId, AuthorityCertificate> Certificates => _certificates;

    /// <summary>The round under way.</summary>
    public VotingSchedule Schedule => _round.Schedule;

    /// <summary>Microdescriptors that our last vote names.</summary>
    public IReadOnlyList<byte[]> Microdescriptors { get; private set; } = [];

    /// <summary>When to call <see cref="OnDeadline"/>, UTC.</summary>
    public DateTime NextDeadline
    {
        get
        {
            DateTime round = _round.NextDeadline ?? DateTime.MaxValue;
            return _profile.Flags.TestReachability && Relays.Reachability.NextDeadline < round ? Relays.Reachability.NextDeadline : round;
        }
    }

    /// <summary>Takes the next thing to do.</summary>
    public bool TryTakeAction(out AuthorityAction action) => _actions.TryDequeue(out action!);

    /// <summary>The consensus at hand; null when there is none.</summary>
    public (Consensus Consensus, ReadOnlyMemory<byte> Text)? FindConsensus(ConsensusFlavor flavor) =>
        _published.TryGetValue(flavor, out var published) ? published : null;

    /// <summary>Takes descriptors and extra-info documents.</summary>
    public UploadAnswer ReceiveUpload(ReceivedUpload upload, DateTime now)
    {
        UploadAnswer answer = Relays.Acceptance.Accept(upload, now);
        EnqueueTests(Relays.TakeUrgentTests().Union(Relays.FindUnreached(upload, now)));
        return answer;
    }

    /// <summary>A test reached a relay, which showed both its identities there.</summary>
    public void OnReachable(RsaIdentity relay, Ed25519Identity ed25519Identity, IPEndPoint address, DateTime now) =>
        Relays.OnReachable(relay, ed25519Identity, address, now, FindConsensus(ConsensusFlavor.Unflavored)?.Consensus);

    /// <summary>Takes the votes of one message.</summary>
    /// <param name="votes">From <see cref="ReceivedVote.ReadAll"/>.</param>
    /// <param name="now">Wall clock, UTC.</param>
    /// <param name="isPosted">They were posted to us; false for an answer to our question.</param>
    public PostAnswer ReceiveVotes(IReadOnlyList<ReceivedVote> votes, DateTime now, bool isPosted)
    {
        var answer = new PostAnswer(400, "Unable to parse vote");
        for (int index = 0; index < votes.Count; index++)
        {
            PostAnswer each = ReceiveVote(votes[index], now, isPosted);
            answer = index == 0 || each.Status > answer.Status ? each : answer;
        }

        return answer;
    }

    /// <summary>Takes detached signatures.</summary>
    public PostAnswer ReceiveSignatures(ReadOnlyMemory<byte> body) => Box.Receive(body, FindCertificate);

    /// <summary>Takes over a consensus that the other authorities made without us.</summary>
    /// <returns>Whether enough authorities signed it and it is newer than ours.</returns>
    public bool ReceiveConsensus(ReadOnlyMemory<byte> text, DateTime now)
    {
        if (!Consensus.TryParse(text, out Consensus? consensus, out _) || !consensus.IsLive(now)
            || FindConsensus(consensus.Flavor)?.Consensus.ValidAfter >= consensus.ValidAfter
            || !ConsensusVerifier.Verify(consensus, _certificates.Values, [.. _network.Authorities], now).IsAccepted)
        {
            return false;
        }

        Publish(consensus, text);
        if (consensus.Flavor == ConsensusFlavor.Unflavored && _round.Next == VotingStep.Vote)
        {
            StartRound(now);
        }

        return true;
    }

    /// <summary>Takes certificates of other authorities; those of strangers are ignored.</summary>
    public void ReceiveCertificates(ReadOnlyMemory<byte> text)
    {
        foreach (AuthorityCertificate certificate in AuthorityCertificate.ParseList(text))
        {
            if (_network.Authorities.Contains(certificate.Identity))
            {
                _certificates[certificate.KeyId] = certificate;
            }
        }
    }

    /// <summary>Does what is due.</summary>
    public void OnDeadline(DateTime now)
    {
        EnqueueTests(Relays.TakeDueTests(now));
        if (_isHurried)
        {
            HurryAlong(now);
        }

        while (_round.TryTake(now, out VotingStep step))
        {
            Take(step, now);
            if (step == VotingStep.Publish)
            {
                return; // the next round has its own times
            }
        }
    }

    private void HurryAlong(DateTime now)
    {
        if (_round.Next == VotingStep.Vote && _network.ExpectedRelays!.All(Relays.IsReady) && _round.TryTakeEarly(VotingStep.Vote))
        {
            Take(VotingStep.Vote, now);
        }

        if (_round.Next is VotingStep.FetchMissingVotes or VotingStep.ComputeConsensus && Votes.Missing.Count == 0)
        {
            _round.TryTakeEarly(VotingStep.FetchMissingVotes);
            _round.TryTakeEarly(VotingStep.ComputeConsensus);
            Take(VotingStep.ComputeConsensus, now);
        }

        if (_round.Next is VotingStep.FetchMissingSignatures or VotingStep.Publish && Box.IsComplete)
        {
            _round.TryTakeEarly(VotingStep.FetchMissingSignatures);
            _round.TryTakeEarly(VotingStep.Publish);
            Take(VotingStep.Publish, now);
        }
    }

    private void EnqueueTests(IEnumerable<RsaIdentity> relays)
    {
        foreach (RsaIdentity relay in relays)
        {
            _actions.Enqueue(new AuthorityAction.TestRelay(relay));
        }
    }

    private void Take(VotingStep step, DateTime now)
    {
        switch (step)
        {
            case VotingStep.Vote:
                MakeVote(now);
                break;
            case VotingStep.FetchMissingVotes when Votes.Missing.Count > 0:
                _actions.Enqueue(new AuthorityAction.FetchVotes(Votes.Missing));
                break;
            case VotingStep.ComputeConsensus:
                ComputeConsensus();
                break;
            case VotingStep.FetchMissingSignatures when Box.Pending.Count > 0 && Box.Pending.Any(each => each.GoodCount < _network.Count):
                _actions.Enqueue(new AuthorityAction.FetchSignatures());
                break;
            case VotingStep.Publish:
                PublishRound(now);
                break;
        }
    }

    private void MakeVote(DateTime now)
    {
        IReadOnlyDictionary<string, int> parameters =
            FindConsensus(ConsensusFlavor.Unflavored)?.Consensus.Parameters ?? new Dictionary<string, int>();
        DateTime second = UnixSeconds.ToTime(UnixSeconds.Of(now));
        BuiltVote built = _voteBuilder.Build(
            Relays.TakeStock(now), Relays.History, _network.ParticipatesInSharedRandom ? SharedRandom : null, Bandwidths,
            new VoteMoment(second, Schedule.ValidAfter, now - _started, parameters));
        Microdescriptors = built.Microdescriptors;
        byte[] text = VoteWriter.Write(built.Vote, _keys.Signing);
        ReceiveVote(ReceivedVote.Read(text, _network.Authorities), now, isPosted: false);
        _actions.Enqueue(new AuthorityAction.PostVote(text));
    }

    private PostAnswer ReceiveVote(ReceivedVote received, DateTime now, bool isPosted)
    {
        if (_isHurried)
        {
            CatchUp(received.Vote, now);
        }

        PostAnswer answer = Votes.Receive(received, Schedule, isPosted ? now : null, out PendingVote? accepted);
        if (accepted is not null)
        {
            _certificates.TryAdd(accepted.Vote.Certificate.KeyId, accepted.Vote.Certificate);
            SharedRandom.Receive(
                accepted.Vote.Voter.Identity, SharedRandomCommitment.ParseAll(accepted.Vote.SharedRandomCommits), _network.Authorities);
        }

        return answer;
    }

    /// <summary>Authorities that start in different slots would never agree on the first consensus: the later slot wins.</summary>
    private void CatchUp(Vote? vote, DateTime now)
    {
        bool canStill = _round.Next is VotingStep.Vote or VotingStep.FetchMissingVotes or VotingStep.ComputeConsensus;
        if (!canStill || vote is null || !_network.Authorities.Contains(vote.Voter.Identity)
            || vote.ValidAfter <= Schedule.ValidAfter || vote.ValidAfter > now)
        {
            return;
        }

        bool hasVoted = _round.Next != VotingStep.Vote;
        _round = new VotingRound(Schedule with { ValidAfter = vote.ValidAfter });
        Votes.Discard();
        if (hasVoted && _round.TryTakeEarly(VotingStep.Vote))
        {
            MakeVote(now);
        }
    }

    private void ComputeConsensus()
    {
        Vote[] votes = [.. Votes.Pending.Select(vote => vote.Vote)];
        if (ConsensusBuilder.IsPossible(votes, _network.Count))
        {
            Box.Compute(votes, _network.Count, SharedRandom.IsFresh, Identity, _keys.Signing, FindCertificate);
            _actions.Enqueue(new AuthorityAction.PostSignatures(Box.DetachedText!));
        }
    }

    private void PublishRound(DateTime now)
    {
        bool any = false;
        foreach (var pending in Box.Pending.Where(each => each.HasEnough(_network.Count)))
        {
            any = true;
            byte[] text = pending.ToBytes();
            if (Consensus.TryParse(text, out Consensus? consensus, out _))
            {
                Publish(consensus, text);
            }
        }

        if (!any)
        {
            _actions.Enqueue(new AuthorityAction.Failed(Box.Pending.Count == 0
                ? $"only {Votes.Pending.Count} of {_network.Count} authorities voted"
                : $"only {Box.Pending.Max(each => each.GoodCount)} of {_network.Count} authorities signed"));
        }

        Votes.EndRound();
        Box.Clear();
        StartRound(now);
    }

    private void Publish(Consensus consensus, ReadOnlyMemory<byte> text)
    {
        _published[consensus.Flavor] = (consensus, text);
        _actions.Enqueue(new AuthorityAction.Publish(consensus, text));
        if (consensus.Flavor == ConsensusFlavor.Unflavored)
        {
            Relays.Shelf.OnConsensus(consensus);
            SharedRandom.OnConsensus(
                ToValue(consensus.PreviousSharedRandom, consensus.PreviousSharedRandomReveals),
                ToValue(consensus.CurrentSharedRandom, consensus.CurrentSharedRandomReveals));
        }
    }

    private void StartRound(DateTime now)
    {
        VotingSchedule schedule = NextSchedule(now);
        if (_isHurried && schedule.VotingStarts < now)
        {
            schedule = NextSchedule(schedule.IntervalStarts); // too late for that slot: votes would cross each other
        }

        _isHurried = false;
        _round = new VotingRound(schedule);
        PrepareSharedRandom(now);
    }

    private VotingSchedule NextSchedule(DateTime now) =>
        VotingSchedule.Create(now, FindConsensus(ConsensusFlavor.Unflavored)?.Consensus, _network.Initial, _network.StartOffset);

    private void PrepareSharedRandom(DateTime now)
    {
        // In the hurried round the state belongs to the slot under way.
        VotingSchedule schedule = _isHurried ? Schedule with { IntervalStarts = Schedule.ValidAfter } : Schedule;
        SharedRandom.Prepare(schedule, RandomInterval(now), _network.Authorities);
    }

    private TimeSpan RandomInterval(DateTime now) =>
        FindConsensus(ConsensusFlavor.Unflavored)?.Consensus is { } consensus && consensus.IsReasonablyLive(now)
            ? consensus.FreshUntil - consensus.ValidAfter
            : _profile.Intervals.Interval;

    private Consensus? LiveConsensus(DateTime now) =>
        FindConsensus(ConsensusFlavor.Unflavored)?.Consensus is { } consensus && consensus.IsLive(now) ? consensus : null;

    private AuthorityCertificate? FindCertificate(AuthorityKeyId key) => _certificates.GetValueOrDefault(key);

    private static SharedRandomValue? ToValue(Digest256? value, long reveals) =>
        value is { } known ? new SharedRandomValue((ulong)reveals, known) : null;
}
