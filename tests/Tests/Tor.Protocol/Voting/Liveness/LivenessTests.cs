using Tunic.Primitives.Bytes;
using Tunic.Primitives.Keys;
using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.Documents.Descriptors;
using Tunic.Tor.Protocol.Voting.Liveness;

namespace Tunic.Tests.Tor.Protocol.Voting.Liveness;

public class LivenessTests
{
    private static readonly DateTime Start = new(2026, 5, 6, 7, 8, 9, DateTimeKind.Utc);
    private static readonly MadeRelay[] Relays = [.. Enumerable.Range(1, 8).Select(number => new MadeRelay(number))];
    private static readonly RouterDescriptor[] Descriptors = [.. Relays.Select(relay => relay.Make(Start.AddHours(-1)))];

    private readonly LivenessNetwork _network = Network("A", 3);
    private readonly LivenessTracker _tracker;
    private readonly HeartbeatSource[] _sources;
    private DateTime _wallClock = Start;
    private TimeSpan _now = TimeSpan.FromHours(5);

    public LivenessTests()
    {
        _tracker = new LivenessTracker(_network);
        _tracker.OnConsensus(Weights(), _now);
        _sources = [.. Relays.Select((_, index) => new HeartbeatSource(_network, new SeededRandomSource((ulong)index)))];
    }

    [Fact]
    public void A_relay_is_down_after_five_seconds_of_silence_and_up_with_the_next_heartbeat()
    {
        Beat(0);
        Beat(1);
        for (double passed = 0; passed < 4.8; passed += 0.2)
        {
            Pass(0.2);
            Assert.Empty(_tracker.Down);
        }

        Beat(1);
        Assert.Equal(TimeSpan.FromHours(5) + LivenessTracker.MaxSilence, _tracker.NextDeadline);
        Pass(0.2);
        Pass(0.1);
        Assert.Equal([Relays[0].Identity], _tracker.Down);
        Assert.Equal(HeartbeatResult.Accepted, Beat(0));
        Assert.Empty(_tracker.Down);
    }

    [Fact]
    public void A_relay_that_leaves_is_down_at_once()
    {
        Beat(0);
        Pass(1);
        Assert.Equal(HeartbeatResult.Accepted, Receive(Make(0, HeartbeatState.Leaving), 0));
        Assert.Equal([Relays[0].Identity], _tracker.Down);
    }

    [Fact]
    public void A_relay_that_never_sent_a_heartbeat_is_never_down()
    {
        Pass(1000);
        Assert.Empty(_tracker.Down);
        Assert.Null(_tracker.NextDeadline);
    }

    [Fact]
    public void A_replayed_heartbeat_is_refused_also_after_a_restart_of_the_relay()
    {
        byte[] first = Make(0);
        Assert.Equal(HeartbeatResult.Accepted, Receive(first, 0));
        Assert.Equal(HeartbeatResult.Replayed, Receive(first, 0));
        Pass(1);
        byte[] second = Make(0);
        _sources[0] = new HeartbeatSource(_network, new SeededRandomSource(77));
        Pass(1);
        Assert.Equal(HeartbeatResult.Accepted, Beat(0));
        Assert.Equal(HeartbeatResult.Replayed, Receive(second, 0));
    }

    [Fact]
    public void An_old_or_early_heartbeat_is_refused()
    {
        byte[] heartbeat = Make(0);
        Pass(5.1);
        Assert.Equal(HeartbeatResult.WrongTime, Receive(heartbeat, 0));
        heartbeat = Make(0);
        _wallClock = _wallClock.AddSeconds(-5.1);
        Assert.Equal(HeartbeatResult.WrongTime, Receive(heartbeat, 0));
    }

    [Fact]
    public void A_heartbeat_of_another_network_or_relay_or_key_is_refused()
    {
        var other = new HeartbeatSource(Network("B", 3), new SeededRandomSource(1));
        byte[] foreign = other.Make(HeartbeatState.Alive, Relays[0].Identity, Relays[0].Ed25519Identity, Relays[0].Signing, _wallClock);
        Assert.Equal(HeartbeatResult.WrongNetwork, Receive(foreign, 0));
        Assert.Equal(HeartbeatResult.UnknownRelay, _tracker.Receive(Heartbeat.Decode(Make(0)), null, _wallClock, _now));
        Assert.Equal(HeartbeatResult.UnknownRelay, _tracker.Receive(Heartbeat.Decode(Make(0)), Descriptors[1], _wallClock, _now));
        byte[] wrongKey = _sources[0].Make(HeartbeatState.Alive, Relays[0].Identity, Relays[0].Ed25519Identity, Relays[1].Signing, _wallClock);
        Assert.Equal(HeartbeatResult.WrongKey, Receive(wrongKey, 0));
    }

    [Fact]
    public void A_heartbeat_with_any_bit_changed_is_refused()
    {
        byte[] heartbeat = Make(0);
        for (int position = 0; position < heartbeat.Length; position++)
        {
            byte[] forged = [.. heartbeat];
            forged[position] ^= 0x10;
            try
            {
                Assert.NotEqual(HeartbeatResult.Accepted, Receive(forged, 0));
            }
            catch (MalformedMessageException)
            {
                Assert.InRange(position, 0, 1);
            }
        }

        for (int length = 0; length < heartbeat.Length; length++)
        {
            Assert.Throws<MalformedMessageException>(() => Heartbeat.Decode(heartbeat.AsSpan(0, length)));
        }
    }

    [Fact]
    public void A_clock_that_is_set_back_does_not_silence_a_relay()
    {
        Beat(0);
        _wallClock = _wallClock.AddSeconds(-2);
        Assert.Equal(HeartbeatResult.Accepted, Beat(0));
    }

    [Fact]
    public void More_than_a_third_of_the_weight_is_not_marked_at_once()
    {
        for (int index = 0; index < Relays.Length; index++)
        {
            Beat(index);
        }

        Pass(3);
        Array.ForEach([1, 2, 3, 4, 5, 6, 7], index => Beat(index));
        Pass(2.1);
        Assert.Equal([Relays[0].Identity], _tracker.Down);
        Pass(2);
        Array.ForEach([1, 2, 3, 4, 5, 6, 7], index => Beat(index));
        Pass(5.1); // now all are silent
        Assert.Equal([Relays[0].Identity], _tracker.Down);
        Array.ForEach([2, 3, 4, 5, 6, 7], index => Beat(index));
        Assert.Equal(2, _tracker.Down.Count);
    }

    [Fact]
    public void An_authority_that_is_cut_off_takes_back_those_that_it_marked_first()
    {
        for (int index = 0; index < Relays.Length; index++)
        {
            Beat(index);
            Pass(0.25); // as heartbeats come, spread over an interval
        }

        Pass(3.1);
        Assert.Single(_tracker.Down);
        Pass(0.25);
        Assert.Equal(2, _tracker.Down.Count);
        Pass(0.25);
        Assert.Empty(_tracker.Down);
        Pass(10);
        Assert.Empty(_tracker.Down);
    }

    [Fact]
    public void In_a_network_without_weights_relays_are_counted()
    {
        _tracker.OnConsensus(Weights().ToDictionary(pair => pair.Key, _ => 0L), _now);
        Array.ForEach([0, 1, 2], index => Beat(index));
        Pass(3);
        Array.ForEach([1, 2], index => Beat(index));
        Pass(2.1);
        Assert.Single(_tracker.Down);
        Pass(3); // three of eight are more than a third
        Assert.Empty(_tracker.Down);
    }

    [Fact]
    public void Only_relays_of_the_consensus_are_listed()
    {
        Beat(0);
        _tracker.OnConsensus(Weights().Where(pair => pair.Key != Relays[0].Identity).ToDictionary(), _now);
        Pass(6);
        Assert.Empty(_tracker.Down);
    }

    [Fact]
    public void A_document_is_made_on_every_change_and_every_ten_seconds()
    {
        var publisher = new LivenessPublisher(_network, _tracker);
        LivenessDocument first = publisher.TryMake(Relays[5].Signing, Relays[5].Certify(Start), _wallClock, _now)!;
        Assert.Null(publisher.TryMake(Relays[5].Signing, Relays[5].Certify(Start), _wallClock, _now));
        Beat(0);
        Pass(5);
        LivenessDocument second = publisher.TryMake(Relays[5].Signing, Relays[5].Certify(Start), _wallClock, _now)!;
        Assert.Equal([Relays[0].Identity], second.Down);
        Assert.True(second.Serial > first.Serial);
        Pass(9.9);
        Assert.Null(publisher.TryMake(Relays[5].Signing, Relays[5].Certify(Start), _wallClock, _now));
        Pass(0.1);
        LivenessDocument third = publisher.TryMake(Relays[5].Signing, Relays[5].Certify(Start), _wallClock.AddDays(-1), _now)!;
        Assert.True(third.Serial > second.Serial); // although the clock was set back
    }

    [Fact]
    public void Documents_and_bundles_survive_a_round_trip_and_every_truncation_is_refused()
    {
        var bundle = new LivenessBundle([Sign(5, 0), Sign(6, 0, 1)]);
        byte[] encoded = bundle.Encode();
        LivenessBundle decoded = LivenessBundle.Decode(encoded);
        Assert.Equal(encoded, decoded.Encode());
        Assert.Equal(bundle.Number, decoded.Number);
        Assert.All(decoded.Documents, document => Assert.True(document.HasGoodSignature(_wallClock)));
        for (int length = 0; length < encoded.Length; length++)
        {
            Assert.Throws<MalformedMessageException>(() => LivenessBundle.Decode(encoded.AsSpan(0, length)));
        }
    }

    [Fact]
    public void A_client_believes_two_of_three_authorities()
    {
        LivenessView view = CreateView();
        Assert.Equal(LivenessResult.Accepted, view.Receive(Sign(5, 0, 1), _wallClock));
        Assert.Empty(view.Down);
        Assert.Equal(LivenessResult.Accepted, view.Receive(Sign(6, 0), _wallClock));
        Assert.True(view.IsDown(Relays[0].Identity));
        Assert.False(view.IsDown(Relays[1].Identity));
    }

    [Fact]
    public void One_lying_authority_changes_nothing()
    {
        LivenessView view = CreateView();
        view.Receive(Sign(5, 0), _wallClock);
        view.Receive(Sign(6, 0), _wallClock);
        view.Receive(Sign(7, 1, 2), _wallClock); // denies what is true and claims what is not
        Assert.Equal([Relays[0].Identity], view.Down);
    }

    [Fact]
    public void Old_forged_foreign_and_strange_documents_are_refused()
    {
        LivenessView view = CreateView();
        LivenessDocument good = Sign(5, 0);
        Assert.Equal(LivenessResult.Accepted, view.Receive(good, _wallClock));
        Assert.Equal(LivenessResult.Old, view.Receive(good, _wallClock));
        Assert.Equal(LivenessResult.UnknownAuthority, view.Receive(Sign(4, 0), _wallClock));
        LivenessDocument next = Sign(6, 0);
        Assert.Equal(LivenessResult.WrongTime, view.Receive(next, _wallClock.AddSeconds(31)));
        Assert.Equal(LivenessResult.WrongTime, view.Receive(next, _wallClock.AddSeconds(-6)));
        Assert.Equal(LivenessResult.WrongNetwork, new LivenessView(Network("B", 3)).Receive(next, _wallClock));

        byte[] bytes = next.Encoded.ToArray();
        bytes[90] ^= 1; // a relay's fingerprint
        Assert.Equal(LivenessResult.BadSignature, view.Receive(LivenessDocument.Decode(bytes), _wallClock));
        LivenessDocument stolen = next with { Authority = Relays[7].Ed25519Identity };
        Assert.Equal(LivenessResult.BadSignature, view.Receive(stolen, _wallClock));
        Assert.Throws<ArgumentException>(() => (next with { Certificate = Relays[7].Certify(Start) }).Sign(Relays[6].Signing));
    }

    [Fact]
    public void An_authority_cannot_be_replayed_with_what_it_said_before()
    {
        LivenessView view = CreateView();
        LivenessDocument first = Sign(5, 0);
        Pass(1);
        LivenessDocument second = Sign(5);
        view.Receive(second, _wallClock);
        Assert.Equal(LivenessResult.Old, view.Receive(first, _wallClock));
    }

    [Fact]
    public void Documents_end()
    {
        LivenessView view = CreateView();
        view.Receive(Sign(5, 0), _wallClock);
        view.Receive(Sign(6, 0), _wallClock);
        Assert.Equal(Start + LivenessDocument.DefaultLifetime, view.NextDeadline);
        view.OnDeadline(Start.AddSeconds(30));
        Assert.Single(view.Down);
        view.OnDeadline(Start.AddSeconds(31));
        Assert.Empty(view.Down);
    }

    [Fact]
    public void A_client_refuses_a_majority_that_takes_down_more_than_a_third()
    {
        LivenessView view = CreateView();
        view.Receive(Sign(5, 0), _wallClock);
        view.Receive(Sign(6, 0), _wallClock);
        Pass(1);
        view.Receive(Sign(5, 0, 1, 2), _wallClock);
        view.Receive(Sign(6, 0, 1, 2), _wallClock);
        Assert.Equal([Relays[0].Identity], view.Down);
    }

    [Fact]
    public void Who_is_not_in_the_consensus_any_longer_does_not_count()
    {
        LivenessView view = CreateView();
        view.Receive(Sign(5, 0), _wallClock);
        view.Receive(Sign(6, 0), _wallClock);
        Assert.Equal(2, view.CountAuthorities(Relays[0].Identity, _wallClock));
        view.OnConsensus(Consensus(5, 7), _wallClock);
        Assert.Empty(view.Down);
        Assert.Single(view.Bundle.Documents);
        Pass(1);
        Assert.Equal(LivenessResult.UnknownAuthority, view.Receive(Sign(6, 0), _wallClock));
    }

    [Fact]
    public void Relays_that_come_and_go_all_the_time_make_few_documents()
    {
        var publisher = new LivenessPublisher(_network, _tracker);
        int made = 0;
        for (int step = 0; step < 100; step++)
        {
            Pass(0.2);
            Assert.Equal(HeartbeatResult.Accepted, Receive(Make(0, (HeartbeatState)(step % 2)), 0));
            made += publisher.TryMake(Relays[5].Signing, Relays[5].Certify(Start), _wallClock, _now) is null ? 0 : 1;
        }

        Assert.InRange(made, 20, 20 + LivenessPublisher.Burst);
    }

    [Fact]
    public void The_number_of_a_bundle_grows_with_every_document()
    {
        LivenessView view = CreateView();
        ulong number = view.Bundle.Number;
        foreach (int authority in new[] { 5, 6, 5, 7, 6 })
        {
            Pass(1);
            view.Receive(Sign(authority), _wallClock);
            Assert.True(view.Bundle.Number > number);
            number = view.Bundle.Number;
        }
    }

    private static LivenessNetwork Network(string name, int count) => new(
        [.. Enumerable.Range(0, count).Select(number => new RsaIdentity([.. System.Text.Encoding.ASCII.GetBytes($"{name}{number}".PadRight(20, '.'))]))]);

    private static LivenessConsensus Consensus(params int[] speakers) =>
        new(speakers.ToDictionary(index => Relays[index].Identity, index => Relays[index].Ed25519Identity), Weights());

    private static Dictionary<RsaIdentity, long> Weights() => Relays.ToDictionary(relay => relay.Identity, _ => 100L);

    private LivenessView CreateView()
    {
        var view = new LivenessView(_network);
        view.OnConsensus(Consensus(5, 6, 7), _wallClock);
        return view;
    }

    private LivenessDocument Sign(int authority, params int[] down)
    {
        LivenessDocument made = new LivenessDocument
        {
            NetworkId = _network.Id,
            Authority = Relays[authority].Ed25519Identity,
            Serial = (ulong)(_wallClock - DateTime.UnixEpoch).TotalMilliseconds,
            Time = _wallClock,
            Lifetime = LivenessDocument.DefaultLifetime,
            Down = [.. down.Select(index => Relays[index].Identity).Order()],
            Certificate = Relays[authority].Certify(Start),
        }.Sign(Relays[authority].Signing);
        return LivenessDocument.Decode(made.Encoded.Span);
    }

    private byte[] Make(int index, HeartbeatState state = HeartbeatState.Alive) =>
        _sources[index].Make(state, Relays[index].Identity, Relays[index].Ed25519Identity, Relays[index].Signing, _wallClock);

    private HeartbeatResult Beat(int index) => Receive(Make(index), index);

    private HeartbeatResult Receive(byte[] heartbeat, int index) => _tracker.Receive(Heartbeat.Decode(heartbeat), Descriptors[index], _wallClock, _now);

    private void Pass(double seconds)
    {
        _wallClock = _wallClock.AddSeconds(seconds);
        _now += TimeSpan.FromSeconds(seconds);
        _tracker.OnDeadline(_now);
    }
}
