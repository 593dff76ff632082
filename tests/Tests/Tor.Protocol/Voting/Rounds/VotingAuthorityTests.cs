using System.Net;
using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.Documents;
using Tunic.Tor.Protocol.Documents.Consensuses;
using Tunic.Tor.Protocol.Documents.Votes;
using Tunic.Tor.Protocol.Voting.Flags;
using Tunic.Tor.Protocol.Voting.Keys;
using Tunic.Tor.Protocol.Voting.Rounds;
using Tunic.Tor.Protocol.Voting.Timing;
using Tunic.Tor.Protocol.Voting.Uploads;
using Tunic.Tor.Protocol.Voting.Votes;

namespace Tunic.Tests.Tor.Protocol.Voting.Rounds;

public class VotingAuthorityTests
{
    private static readonly DateTime Start = new(2026, 5, 6, 7, 8, 3, DateTimeKind.Utc);
    private static readonly AuthorityKeys[] Keys = [.. Enumerable.Range(0, 3).Select(_ => AuthorityKeys.Create(Start, 1, null))];
    private static readonly MadeRelay[] Relays = [.. Enumerable.Range(1, 3).Select(number => new MadeRelay(number))];
    private static readonly VotingIntervals Intervals = new(TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(4));

    private readonly List<VotingAuthority> _authorities = [];
    private FlagOptions _flags = FlagOptions.TestingNetwork;
    private readonly HashSet<VotingAuthority> _dead = [];
    private DateTime _now = Start;
    private bool _isSpoilt;

    [Fact]
    public void A_sole_authority_publishes_at_the_start_of_each_slot()
    {
        Begin(1, hurried: false);
        Upload();
        RunUntil(Start.AddSeconds(17));
        Consensus consensus = Current(0);
        Assert.Equal(new DateTime(2026, 5, 6, 7, 8, 20, DateTimeKind.Utc), consensus.ValidAfter);
        Assert.Equal(35, consensus.Method);
        Assert.Equal(3, consensus.Relays.Count);
        Assert.All(consensus.Relays, relay => Assert.True(relay.Flags.HasFlag(RelayFlags.Running | RelayFlags.Valid)));
        RunUntil(Start.AddSeconds(60));
        Assert.Equal(new DateTime(2026, 5, 6, 7, 9, 0, DateTimeKind.Utc), Current(0).ValidAfter);
    }

    [Fact]
    public void A_new_network_of_ours_publishes_as_soon_as_all_relays_are_there()
    {
        Begin(3, hurried: true);
        RunUntil(Start.AddSeconds(1));
        Assert.Null(_authorities[0].FindConsensus(ConsensusFlavor.Microdescriptor));
        Upload();
        for (int turn = 0; turn < 4; turn++)
        {
            Step(); // tests, votes, counts, signatures
        }

        for (int index = 0; index < 3; index++)
        {
            Consensus consensus = Current(index);
            Assert.True(consensus.IsLive(_now));
            Assert.Equal(3, consensus.Relays.Count);
            Assert.Equal(3, consensus.Signatures.Count);
        }

        RunUntil(Start.AddSeconds(60));
        Assert.Equal(new DateTime(2026, 5, 6, 7, 9, 0, DateTimeKind.Utc), Current(1).ValidAfter);
    }

    [Fact]
    public void It_waits_five_seconds_at_most()
    {
        Begin(1, hurried: true);
        _authorities[0].ReceiveUpload(ReceivedUpload.Read(Relays[0].Write(_now)), _now);
        RunUntil(Start.AddSeconds(4.9));
        Assert.Null(_authorities[0].FindConsensus(ConsensusFlavor.Unflavored));
        RunUntil(Start.AddSeconds(5.1));
        Assert.NotNull(_authorities[0].FindConsensus(ConsensusFlavor.Unflavored));
    }

    [Fact]
    public void Authorities_that_start_in_different_slots_agree_on_the_later_one()
    {
        _now = new DateTime(2026, 5, 6, 7, 8, 19, DateTimeKind.Utc).AddMilliseconds(900);
        Begin(1, hurried: true, total: 2);
        _now = _now.AddMilliseconds(300);
        Add(1, hurried: true, total: 2);
        Upload();
        for (int index = 0; index < 8; index++)
        {
            Step();
        }

        Assert.Equal(Current(0).ValidAfter, Current(1).ValidAfter);
        Assert.Equal(new DateTime(2026, 5, 6, 7, 8, 20, DateTimeKind.Utc), Current(1).ValidAfter);
    }

    [Fact]
    public void A_restarted_authority_tests_the_relays_it_remembers_at_once()
    {
        VotingAuthority again = Restart();

        Assert.Equal(Relays.Select(relay => relay.Identity.ToString()).Order(), TakeTested(again).Order());
    }

    /// <summary>A whole network that starts again: its relays come up when that first test has failed, and their uploads are no news.</summary>
    [Fact]
    public void A_relay_that_has_not_been_reached_yet_is_tested_when_it_uploads_again_and_one_that_has_is_not()
    {
        VotingAuthority again = Restart();
        TakeTested(again);
        MadeRelay reached = Relays[1];
        again.OnReachable(reached.Identity, reached.Ed25519Identity, reached.Address, _now);

        foreach (MadeRelay relay in Relays)
        {
            again.ReceiveUpload(ReceivedUpload.Read(relay.Write(Start)), _now);
        }

        Assert.Equal(Relays.Where(relay => relay != reached).Select(relay => relay.Identity.ToString()).Order(), TakeTested(again).Order());
    }

    private VotingAuthority Restart()
    {
        Begin(1, hurried: false);
        Upload();
        return new VotingAuthority(
            Keys[0], Network(1, false), Profile(0), AuthorityState.CreateNew() with { Shelf = _authorities[0].Relays.Shelf },
            new AcceptanceOptions { AllowPrivateAddresses = true }, new SeededRandomSource(9), _now);
    }

    private static List<string> TakeTested(VotingAuthority authority)
    {
        var tested = new List<string>();
        while (TryTake(authority, out AuthorityAction.TestRelay? test))
        {
            tested.Add(test.Relay.ToString());
        }

        return tested;
    }

    [Fact]
    public void Two_of_three_go_on_without_the_third()
    {
        Begin(3, hurried: false);
        Upload();
        _dead.Add(_authorities[2]);
        RunUntil(Start.AddSeconds(40));
        Assert.Equal(2, Current(0).Signatures.Count);
        Assert.Equal(Current(0).SignedSha256, Current(1).SignedSha256);
        Assert.Null(_authorities[2].FindConsensus(ConsensusFlavor.Microdescriptor));

        _dead.Clear();
        ReadOnlyMemory<byte> text = _authorities[0].FindConsensus(ConsensusFlavor.Unflavored)!.Value.Text;
        Assert.False(_authorities[2].ReceiveConsensus(text, _now)); // it does not know the others' certificates
        _authorities[2].ReceiveCertificates(Keys.SelectMany(keys => keys.Certificate.Text.ToArray()).ToArray());
        Assert.True(_authorities[2].ReceiveConsensus(text, _now));
        Assert.False(_authorities[2].ReceiveConsensus(text, _now));
        RunUntil(Start.AddSeconds(100));
        Assert.Equal(3, Current(2).Signatures.Count);
    }

    [Fact]
    public void One_of_three_publishes_nothing()
    {
        Begin(3, hurried: false);
        Upload();
        _dead.Add(_authorities[1]);
        _dead.Add(_authorities[2]);
        RunUntil(Start.AddSeconds(60));
        Assert.Null(_authorities[0].FindConsensus(ConsensusFlavor.Unflavored));
    }

    [Fact]
    public void One_that_tells_each_of_the_others_something_else_spoils_the_round_and_slips_nothing_in()
    {
        Begin(3, hurried: false);
        Upload();
        VotingAuthority liar = _authorities[2];
        RunUntil(Start.AddSeconds(17.5)); // the first consensus
        Consensus first = Current(0);
        RunUntil(liar.Schedule.VotingStarts.AddSeconds(-1));
        _dead.Add(liar);
        _now = liar.Schedule.VotingStarts;
        liar.OnDeadline(_now);
        Assert.True(TryTake(liar, out AuthorityAction.PostVote? vote));
        Assert.True(Vote.TryParse(vote.Text, out Vote? honest, out _));
        foreach ((int index, int relay) in new[] { (0, 1), (1, 2) })
        {
            Vote lie = honest with { Relays = [.. honest.Relays.Where((_, listed) => listed != relay)] };
            Assert.Equal(200, ReceiveVotes(_authorities[index], VoteWriter.Write(lie, Keys[2].Signing), _now, true).Status);
        }

        _isSpoilt = true;
        RunUntil(Start.AddSeconds(38));
        Assert.All(new[] { 0, 1 }, index => Assert.Equal(first.ValidAfter, Current(index).ValidAfter));

        _isSpoilt = false;
        RunUntil(Start.AddSeconds(58));
        Assert.All(new[] { 0, 1 }, index => Assert.Equal((2, 3), (Current(index).Signatures.Count, Current(index).Relays.Count)));
        Assert.Equal(Current(0).SignedSha256, Current(1).SignedSha256);
    }

    [Fact]
    public void A_vote_of_a_stranger_a_late_one_and_garbage_are_refused()
    {
        Begin(2, hurried: false);
        var stranger = new VotingAuthority(
            Keys[2], Network(3, false), Profile(2), AuthorityState.CreateNew(), new AcceptanceOptions { AllowPrivateAddresses = true }, new SeededRandomSource(9), _now);
        _now = stranger.Schedule.VotingStarts;
        stranger.OnDeadline(_now);
        Assert.True(TryTake(stranger, out AuthorityAction.PostVote? vote));
        Assert.Equal(new PostAnswer(400, "Vote not from a recognized v3 authority"), ReceiveVotes(_authorities[0], vote.Text, _now, true));
        Assert.Equal(new PostAnswer(400, "Unable to parse vote"), ReceiveVotes(_authorities[0], "garbage"u8.ToArray(), _now, true));

        _authorities[1].OnDeadline(_now);
        Assert.True(TryTake(_authorities[1], out vote));
        DateTime late = _authorities[0].Schedule.FetchMissingVotes.AddSeconds(1);
        Assert.Equal(400, ReceiveVotes(_authorities[0], vote.Text, late, true).Status);
        Assert.Equal(new PostAnswer(200, "Vote stored"), ReceiveVotes(_authorities[0], vote.Text, late, false));
        Assert.Equal(new PostAnswer(200, "Duplicate discarded"), ReceiveVotes(_authorities[0], vote.Text, late, false));
    }

    [Fact]
    public void The_wrong_Ed25519_identity_or_address_does_not_make_a_relay_reachable()
    {
        Begin(1, hurried: false);
        VotingAuthority authority = _authorities[0];
        authority.ReceiveUpload(ReceivedUpload.Read(Relays[0].Write(_now)), _now);
        authority.OnReachable(Relays[0].Identity, Relays[1].Ed25519Identity, Relays[0].Address, _now);
        authority.OnReachable(Relays[0].Identity, Relays[0].Ed25519Identity, Relays[1].Address, _now);
        Assert.Null(authority.Relays.Reachability.Find(Relays[0].Identity).IPv4);
        authority.OnReachable(Relays[0].Identity, Relays[0].Ed25519Identity, Relays[0].Address, _now);
        Assert.Equal(_now, authority.Relays.Reachability.Find(Relays[0].Identity).IPv4);
    }

    [Fact]
    public void Without_the_test_of_link_keys_the_fingerprint_is_enough()
    {
        _flags = FlagOptions.TestingNetwork with { TestEd25519LinkKeys = false };
        Begin(1, hurried: false);
        VotingAuthority authority = _authorities[0];
        authority.ReceiveUpload(ReceivedUpload.Read(Relays[0].Write(_now)), _now);
        authority.OnReachable(Relays[0].Identity, default, Relays[0].Address, _now);
        Assert.Equal(_now, authority.Relays.Reachability.Find(Relays[0].Identity).IPv4);
    }

    private static PostAnswer ReceiveVotes(VotingAuthority authority, ReadOnlyMemory<byte> body, DateTime now, bool isPosted) =>
        authority.ReceiveVotes(ReceivedVote.ReadAll(body, authority.Votes.Authorities), now, isPosted);

    private void Begin(int count, bool hurried, int? total = null)
    {
        for (int index = 0; index < count; index++)
        {
            Add(index, hurried, total ?? count);
        }
    }

    private void Add(int index, bool hurried, int total) => _authorities.Add(new VotingAuthority(
        Keys[index], Network(total, hurried), Profile(index), AuthorityState.CreateNew(), new AcceptanceOptions { AllowPrivateAddresses = true },
        new SeededRandomSource((ulong)index), _now));

    private static AuthorityNetwork Network(int count, bool hurried) => new()
    {
        Authorities = Keys.Take(count).Select(keys => keys.Certificate.Identity).ToHashSet(),
        Initial = Intervals,
        ExpectedRelays = hurried ? Relays.Select(relay => relay.Identity).ToHashSet() : null,
    };

    private AuthorityProfile Profile(int index) => new()
    {
        Nickname = $"authority{index}",
        HostName = "127.0.0.1",
        Address = IPAddress.Loopback,
        DirectoryPort = (ushort)(7000 + index),
        OnionRouterPort = (ushort)(7100 + index),
        Intervals = Intervals,
        Flags = _flags,
    };

    private void Upload()
    {
        foreach (VotingAuthority authority in _authorities)
        {
            foreach (MadeRelay relay in Relays)
            {
                authority.ReceiveUpload(ReceivedUpload.Read(relay.Write(Start)), _now);
            }
        }
    }

    private void RunUntil(DateTime end)
    {
        while (_now < end)
        {
            _now = _now.AddMilliseconds(100);
            Step();
        }
    }

    /// <summary>Lets every living authority act, and carries what it says to the others.</summary>
    private void Step()
    {
        foreach (VotingAuthority authority in _authorities.Where(each => !_dead.Contains(each)))
        {
            authority.OnDeadline(_now);
            while (authority.TryTakeAction(out AuthorityAction action))
            {
                Perform(authority, action);
            }
        }
    }

    private void Perform(VotingAuthority sender, AuthorityAction action)
    {
        VotingAuthority[] others = [.. _authorities.Where(each => each != sender && !_dead.Contains(each))];
        switch (action)
        {
            case AuthorityAction.TestRelay test:
                MadeRelay relay = Relays.Single(each => each.Identity == test.Relay);
                sender.OnReachable(relay.Identity, relay.Ed25519Identity, relay.Address, _now);
                break;
            case AuthorityAction.PostVote vote:
                Array.ForEach(others, other => ReceiveVotes(other, vote.Text, _now, true));
                break;
            case AuthorityAction.PostSignatures signatures:
                Array.ForEach(others, other => Assert.True(other.ReceiveSignatures(signatures.Text).Status == 200 || _isSpoilt));
                break;
            case AuthorityAction.Failed failed when _dead.Count < 2 && !_isSpoilt:
                Assert.Fail(failed.Reason);
                break;
            case AuthorityAction.FetchSignatures:
                Array.ForEach(others, other => sender.ReceiveSignatures(other.Box.DetachedText ?? []));
                break;
        }
    }

    private static bool TryTake<T>(VotingAuthority authority, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out T? found)
        where T : AuthorityAction
    {
        found = null;
        while (found is null && authority.TryTakeAction(out AuthorityAction action))
        {
            found = action as T;
        }

        return found is not null;
    }

    private Consensus Current(int index, ConsensusFlavor flavor = ConsensusFlavor.Microdescriptor)
    {
        var published = _authorities[index].FindConsensus(flavor);
        Assert.NotNull(published);
        return published.Value.Consensus;
    }
}
