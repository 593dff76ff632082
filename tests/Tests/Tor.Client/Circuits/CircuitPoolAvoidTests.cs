using Microsoft.Extensions.Logging.Abstractions;
using Tunic.Primitives.Overlay;
using Tunic.Primitives.Time;
using Tunic.Tests.Simulation;
using Tunic.Tests.Tor.Network.Circuits;
using Tunic.Tests.Tor.Protocol.Paths;
using Tunic.Tests.TorRelay;
using Tunic.Tests.TorRelay.Support;
using Tunic.Tor.Client;
using Tunic.Tor.Client.Circuits;
using Tunic.Tor.Client.Paths;
using Tunic.Tor.Protocol.Documents;
using Tunic.Tor.Protocol.Paths;
using Tunic.Tor.Protocol.Paths.Guards;

namespace Tunic.Tests.Tor.Client.Circuits;

/// <summary>A relay that liveness calls down leaves circuits that are built and paths to come, and returns to the latter when it is back.</summary>
public sealed class CircuitPoolAvoidTests : IAsyncDisposable
{
    private static readonly CircuitRequest Request = new(new ExitPort(443), new IsolationKey("alice"));

    private readonly TestNetwork _network = new();
    private readonly ManualTime _time = new(TestNetwork.Start);
    private readonly ClientOptions _options = new() { SpareCircuits = 0, UseEntryGuards = false };
    private readonly PathPlanner _planner;
    private readonly CircuitPool _pool;

    public CircuitPoolAvoidTests()
    {
        for (int i = 0; i < 4; i++)
        {
            _network.Add(TestNetwork.Ordinary | RelayFlags.Guard);
            _network.Add(TestNetwork.Ordinary | RelayFlags.Exit, ports: [443]);
        }

        _planner = new PathPlanner(_options, isPrivateNetwork: true, _time, new SeededRandomSource(1));
        _planner.Update(_network.View());
        _pool = new CircuitPool(_options, buildCircuit: null!, _planner, _time, NullLogger.Instance); // builds nothing here
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_circuit_gets_no_new_stream_once_any_of_its_relays_is_down(int hop)
    {
        await using var bench = new RelayBench();
        await using ChannelPair pair = await ChannelPair.OpenAsync(bench.Circuits);
        PooledCircuit first = await AddAsync(bench, pair, 0, 2, 1);
        Assert.Same(first, await _pool.GetAsync(Request, CancellationToken.None));
        PooledCircuit second = await AddAsync(bench, pair, 4, 6, 3);

        _pool.Avoid(Is(first.Path.Hops[hop]));

        Assert.Same(second, await _pool.GetAsync(Request, CancellationToken.None));
        Assert.False(first.Circuit.HasEnded); // streams that it has may go on, until its last one has ended
        _pool.Start();
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(first.Circuit.HasEnded);
        Assert.Equal([second], _pool.Open);
    }

    [Fact]
    public async Task A_circuit_that_was_left_is_not_taken_up_again_and_one_built_afterwards_through_the_relay_that_is_back_is()
    {
        await using var bench = new RelayBench();
        await using ChannelPair pair = await ChannelPair.OpenAsync(bench.Circuits);
        PooledCircuit before = await AddAsync(bench, pair, 0, 2, 1);
        _pool.Avoid(Is(before.Path.Hops[1]));
        _pool.Avoid(_ => false);
        PooledCircuit after = await AddAsync(bench, pair, 0, 2, 1);

        Assert.Same(after, await _pool.GetAsync(Request, CancellationToken.None));
        Assert.True(before.IsRetired);
    }

    [Fact]
    public async Task A_circuit_that_waits_for_a_better_guard_is_left_as_well()
    {
        await using var bench = new RelayBench();
        await using ChannelPair pair = await ChannelPair.OpenAsync(bench.Circuits);
        PooledCircuit waiting = await AddAsync(bench, pair, 0, 2, 1, GuardVerdict.MaybeUsableLater);

        _pool.Avoid(Is(waiting.Path.End));

        Assert.True(waiting.IsRetired);
    }

    [Fact]
    public async Task A_circuit_whose_build_was_given_up_is_closed_when_it_comes_after_all()
    {
        await using var bench = new RelayBench();
        await using ChannelPair pair = await ChannelPair.OpenAsync(bench.Circuits);
        var late = new PooledCircuit(await TestCircuits.CreateAsync(bench, pair), PathOf(0, 2, 1), TimeSpan.Zero);

        _pool.Add(late, GuardVerdict.UsableNow, new CircuitBuild(late.Path, 1) { IsHopeless = true });

        Assert.True(late.Circuit.HasEnded);
        Assert.Empty(_pool.Open);
    }

    [Fact]
    public void Paths_go_around_a_relay_while_it_is_on_the_list_and_through_it_again_afterwards()
    {
        Relay exit = Relays[1];
        Relay middle = Relays[2];
        Assert.Contains(exit, ChosenRelays());
        Assert.Contains(middle, ChosenRelays());

        _planner.MarkDown(relay => relay.RsaIdentity == exit.RsaIdentity || relay.RsaIdentity == middle.RsaIdentity);
        Assert.DoesNotContain(exit, ChosenRelays());
        Assert.DoesNotContain(middle, ChosenRelays());
        _planner.Update(_network.View()); // a new consensus does not bring it back
        Assert.DoesNotContain(exit.RsaIdentity, ChosenRelays().Select(relay => relay.RsaIdentity));

        _planner.MarkDown(null);
        Assert.Contains(exit.RsaIdentity, ChosenRelays().Select(relay => relay.RsaIdentity));
        Assert.Contains(middle.RsaIdentity, ChosenRelays().Select(relay => relay.RsaIdentity));
    }

    public ValueTask DisposeAsync() => _pool.DisposeAsync();

    private IReadOnlyList<Relay> Relays => _planner.View!.Relays;

    private static Predicate<Relay> Is(Relay down) => relay => relay.RsaIdentity == down.RsaIdentity;

    private CircuitPath PathOf(params int[] hops) => new([.. hops.Select(hop => Relays[hop])], null);

    private async Task<PooledCircuit> AddAsync(
        RelayBench bench, ChannelPair pair, int guard, int middle, int exit, GuardVerdict verdict = GuardVerdict.UsableNow)
    {
        var circuit = new PooledCircuit(await TestCircuits.CreateAsync(bench, pair), PathOf(guard, middle, exit), TimeSpan.Zero);
        _pool.Add(circuit, verdict, build: null);
        return circuit;
    }

    private HashSet<Relay> ChosenRelays() => [.. Enumerable.Range(0, 200)
        .Select(_ => _planner.Select(new PathRequest { Length = 3, Ports = [Request.Port] }))
        .SelectMany(result => result.Path!.Hops)];
}
