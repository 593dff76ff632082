using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Tunic.Primitives.Keys;
using Tunic.Primitives.Time;
using Tunic.Tests.Tor.Protocol.Voting;
using Tunic.Tor.Network.NetworkDirectory;
using Tunic.Tor.Protocol.Documents.Descriptors;
using Tunic.Tor.Protocol.Voting.Liveness;
using Tunic.Tor.Relay.DirectoryCache.Serving;
using Tunic.Tor.Relay.Liveness;

namespace Tunic.Tests.TorRelay.Liveness;

public class LivenessServiceTests
{
    private static readonly DateTime Start = new(2026, 5, 6, 7, 8, 9, DateTimeKind.Utc);
    private static readonly MadeRelay[] Relays = [.. Enumerable.Range(1, 4).Select(number => new MadeRelay(number))];
    private static readonly RouterDescriptor[] Descriptors = [.. Relays.Select(relay => relay.Make(Start.AddHours(-1)))];

    private readonly ManualTime _time = new(Start);
    private readonly LivenessNetwork _network = new([new RsaIdentity(new byte[20])]);
    private readonly LivenessMirror _mirror;
    private readonly LivenessAuthority _authority;

    public LivenessServiceTests()
    {
        _mirror = new LivenessMirror(_network, _time, NullLogger.Instance);
        _authority = new LivenessAuthority(
            _network, _mirror, relay => Descriptors.FirstOrDefault(descriptor => descriptor.Identity == relay),
            () => (Relays[3].Signing, Relays[3].Certify(Start)), _time, NullLogger.Instance);
        _authority.OnConsensus(Consensus);
    }

    [Fact]
    public async Task A_relay_that_falls_silent_is_in_a_waiting_clients_hands_within_six_seconds()
    {
        _authority.Step();
        LivenessBundle first = Decode(await AskAsync(0));
        await BeatAsync(new HeartbeatSource(_network, new SeededRandomSource(1)), HeartbeatState.Alive);
        _authority.Step();
        Task<DirectoryAnswer?> waiting = AskAsync(first.Number);
        while (_mirror.Down.Count == 0)
        {
            Assert.True(_time.Now < Start.AddSeconds(6), "too late");
            Assert.False(waiting.IsCompleted);
            _time.Advance(TimeSpan.FromMilliseconds(200)); // the authority's tick
            _authority.Step();
        }

        Assert.InRange(_time.Now, Start.AddSeconds(5), Start.AddSeconds(5.5));
        LivenessBundle latest = Decode(await waiting.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal([Relays[0].Identity], latest.Documents[0].Down);
    }

    [Fact]
    public async Task A_question_without_news_is_answered_304_after_25_seconds()
    {
        Task<DirectoryAnswer?> waiting = AskAsync(0);
        _time.Advance(TimeSpan.FromSeconds(24));
        Assert.False(waiting.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(304, (await waiting)!.Status);
    }

    [Fact]
    public async Task Other_paths_are_not_ours_and_malformed_heartbeats_are_refused()
    {
        Assert.Null(await _mirror.HandleAsync(Query("GET /tor/tunic/liveness?after=x"), default));
        Assert.Null(await _mirror.HandleAsync(Query("GET /tor/keys/all"), default));
        Assert.Null(await _authority.HandleAsync(Query("GET /tor/tunic/heartbeat"), default));
        Assert.Equal(400, (await _authority.HandleAsync(Query("POST /tor/tunic/heartbeat", new byte[3]), default))!.Status);
        Assert.Equal(400, (await _authority.HandleAsync(Query("POST /tor/tunic/heartbeat", new byte[Heartbeat.Length]), default))!.Status);
        Assert.Equal(Heartbeat.Length, _authority.MaxBodyLength("/tor/tunic/heartbeat"));
    }

    [Fact]
    public async Task A_mirror_follows_an_authority_and_serves_the_same_bytes()
    {
        using var stop = new CancellationTokenSource();
        Task running = _authority.RunAsync(stop.Token);
        byte[] original = (await AskAsync(0))!.Body.Single().ToArray();
        var second = new LivenessMirror(_network, _time, NullLogger.Instance);
        second.OnConsensus(Consensus);
        Task following = second.FollowAsync(Name, new MirrorClient(_mirror), stop.Token);
        DirectoryAnswer? copy = await second.HandleAsync(Query("GET /tor/tunic/liveness"), default).AsTask().WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(original, copy!.Body.Single().ToArray());
        await stop.CancelAsync();
        await Task.WhenAll(running, following).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
    }

    [Fact]
    public async Task The_sender_tells_every_authority_at_once_and_says_goodbye()
    {
        using var stop = new CancellationTokenSource();
        var client = new RecordingClient(_authority);
        var sender = new HeartbeatSender(
            new HeartbeatSource(_network, new SeededRandomSource(1)), Relays[0].Identity, () => (Relays[0].Ed25519Identity, Relays[0].Signing),
            [Name], client, _time, NullLogger.Instance);
        Task running = sender.RunAsync(stop.Token);
        Assert.Equal([200], client.Statuses);
        await stop.CancelAsync();
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        await sender.LeaveAsync(default);
        Assert.Equal([200, 200], client.Statuses);
    }

    [Fact]
    public async Task A_stock_authority_gets_few_heartbeats_and_no_goodbye()
    {
        using var stop = new CancellationTokenSource();
        var client = new StockClient();
        var sender = new HeartbeatSender(
            new HeartbeatSource(_network, new SeededRandomSource(1)), Relays[0].Identity, () => (Relays[0].Ed25519Identity, Relays[0].Signing),
            [Name], client, _time, NullLogger.Instance);
        Task running = sender.RunAsync(stop.Token);
        for (int step = 0; step < 1_800; step++)
        {
            _time.Advance(TimeSpan.FromSeconds(2));
            await Task.Yield();
        }

        await stop.CancelAsync();
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        int sent = client.Count;
        Assert.InRange(sent, 1, 15);
        await sender.LeaveAsync(default);
        Assert.Equal(sent, client.Count);
    }

    [Fact]
    public async Task Those_who_wait_at_the_directory_port_leave_places_for_others()
    {
        Task<DirectoryAnswer?>[] waiting = [.. Enumerable.Range(0, LivenessMirror.MaxDirect).Select(_ => AskAsync(0))];
        Assert.Equal(503, (await AskAsync(0))!.Status);
        Assert.Null(await _mirror.HandleAsync(Query("GET /tor/keys/all"), default));
        Task<DirectoryAnswer?> tunnelled = _mirror.HandleAsync(Query("GET /tor/tunic/liveness") with { Asker = new DirectoryAsker(null, true, false) }, default).AsTask();
        Assert.False(tunnelled.IsCompleted);
        _authority.Step();
        Assert.All(await Task.WhenAll([.. waiting, tunnelled]), answer => Assert.Equal(200, answer!.Status));
        Assert.Equal(200, (await AskAsync(0))!.Status);
    }

    private static LivenessConsensus Consensus => new(
        new Dictionary<RsaIdentity, Ed25519Identity> { [Relays[3].Identity] = Relays[3].Ed25519Identity },
        Relays.ToDictionary(relay => relay.Identity, _ => 100L));

    private static DirectoryAuthority Name => new("a", default, default, new IPEndPoint(IPAddress.Loopback, 1), new IPEndPoint(IPAddress.Loopback, 2));

    private static DirectoryQuery Query(string line, byte[]? body = null)
    {
        Assert.True(DirectoryQuery.TryParse($"{line} HTTP/1.0", body ?? [], default, out DirectoryQuery? query));
        return query;
    }

    private static LivenessBundle Decode(DirectoryAnswer? answer)
    {
        Assert.Equal(200, answer?.Status);
        return LivenessBundle.Decode(answer!.Body.Single().Span);
    }

    private Task<DirectoryAnswer?> AskAsync(ulong after) => _mirror.HandleAsync(Query($"GET /tor/tunic/liveness?after={after}"), default).AsTask();

    private async Task BeatAsync(HeartbeatSource source, HeartbeatState state)
    {
        byte[] heartbeat = source.Make(state, Relays[0].Identity, Relays[0].Ed25519Identity, Relays[0].Signing, _time.Now);
        Assert.Equal(200, (await _authority.HandleAsync(Query("POST /tor/tunic/heartbeat", heartbeat), default))!.Status);
    }

    private sealed class MirrorClient(LivenessMirror mirror) : IDirectoryClient
    {
        public async Task<DirectoryResponse> SendAsync(DirectoryAuthority authority, DirectoryRequest request, CancellationToken cancel)
        {
            DirectoryAnswer? answer = await mirror.HandleAsync(Query($"GET {request.Path}"), cancel);
            return new DirectoryResponse(answer!.Status, answer.Reason, null, null, answer.Body.SelectMany(part => part.ToArray()).ToArray());
        }
    }

    private sealed class StockClient : IDirectoryClient
    {
        public int Count { get; private set; }

        public Task<DirectoryResponse> SendAsync(DirectoryAuthority authority, DirectoryRequest request, CancellationToken cancel)
        {
            Count++;
            return Task.FromResult(new DirectoryResponse(404, "Not found", null, null, default));
        }
    }

    private sealed class RecordingClient(LivenessAuthority authority) : IDirectoryClient
    {
        public List<int> Statuses { get; } = [];

        public async Task<DirectoryResponse> SendAsync(DirectoryAuthority peer, DirectoryRequest request, CancellationToken cancel)
        {
            DirectoryAnswer? answer = await authority.HandleAsync(Query($"POST {request.Path}", request.Body!.Value.ToArray()), cancel);
            Statuses.Add(answer!.Status);
            return new DirectoryResponse(answer.Status, answer.Reason, null, null, ReadOnlyMemory<byte>.Empty);
        }
    }
}
