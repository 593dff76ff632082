using System.Threading.Channels;
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
using Tunic.Tor.Network.Circuits;
using Tunic.Tor.Protocol.Paths;
using Tunic.Tor.Protocol.Paths.Guards;

namespace Tunic.Tests.Tor.Client.Circuits;

public sealed class CircuitPoolTests
{
    [Theory]
    [InlineData("retired")]
    [InlineData("waits for a guard")]
    [InlineData("at the end")]
    public async Task Circuits_are_closed_outside_of_the_gate_so_that_what_wakes_may_use_the_pool(string what)
    {
        await using var bench = new RelayBench();
        await using ChannelPair pair = await ChannelPair.OpenAsync(bench.Circuits);
        var time = new ManualTime(new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        var options = new ClientOptions { SpareCircuits = 0 };
        var planner = new PathPlanner(options, isPrivateNetwork: true, time, new SeededRandomSource(1));
        var pool = new CircuitPool(options, buildCircuit: null!, planner, time, NullLogger.Instance); // builds nothing here
        OriginCircuit circuit = await TestCircuits.CreateAsync(bench, pair);
        GuardVerdict verdict = what == "waits for a guard" ? GuardVerdict.MaybeUsableLater : GuardVerdict.UsableNow;
        pool.Add(new PooledCircuit(circuit, new CircuitPath([], null), TimeSpan.Zero), verdict, build: null);
        bool? isFree = null;
        pair.ClientTransport.Writing = () => isFree ??= Task.Run(() => pool.Open).Wait(TimeSpan.FromSeconds(5));

        if (what == "retired")
        {
            pool.RetireAll();
            pool.Start();
            time.Advance(TimeSpan.Zero);
        }

        await pool.DisposeAsync();

        Assert.True(isFree);
        Assert.True(circuit.HasEnded);
    }

    /// <summary>The machine has slept, or the clock was set.</summary>
    [Theory]
    [InlineData(200)]
    [InlineData(-200)]
    public async Task Circuits_of_before_a_jump_of_the_clock_take_no_new_streams(int seconds)
    {
        await using var bench = new RelayBench();
        await using ChannelPair pair = await ChannelPair.OpenAsync(bench.Circuits);
        var time = new ManualTime(new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        var options = new ClientOptions { SpareCircuits = 0 };
        var planner = new PathPlanner(options, isPrivateNetwork: true, time, new SeededRandomSource(1));
        await using var pool = new CircuitPool(options, buildCircuit: null!, planner, time, NullLogger.Instance);
        OriginCircuit circuit = await TestCircuits.CreateAsync(bench, pair);
        pool.Add(new PooledCircuit(circuit, new CircuitPath([], null), time.GetElapsedTime(0)), GuardVerdict.UsableNow, build: null);
        pool.Start();
        time.Advance(TimeSpan.FromSeconds(1));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.False(circuit.HasEnded);

        time.Set(time.Now.AddSeconds(seconds));
        time.Advance(TimeSpan.FromSeconds(1));

        Assert.True(circuit.HasEnded); // nobody used it
    }

    [Fact]
    public void No_circuit_is_built_by_a_consensus_that_is_long_over()
    {
        var time = new ManualTime(TestNetwork.Start);
        var planner = new PathPlanner(new ClientOptions(), isPrivateNetwork: true, time, new SeededRandomSource(1));
        NetworkView view = TestNetwork.OfStockTests().View();
        planner.Update(view);
        Assert.True(planner.Select(new PathRequest { IsInternal = true }).IsFound);

        time.Set(view.Consensus.ValidUntil.AddHours(24).AddSeconds(1));

        Assert.Equal(PathFailure.OldConsensus, planner.Select(new PathRequest { IsInternal = true }).Failure);
    }

    [Fact]
    public async Task A_request_outlives_builds_that_are_refused_at_once_and_they_are_few()
    {
        var time = new ManualTime(TestNetwork.Start);
        var options = new ClientOptions { SpareCircuits = 0 };
        var planner = new PathPlanner(options, isPrivateNetwork: true, time, new SeededRandomSource(1));
        planner.Update(TestNetwork.OfStockTests().View());
        var builds = Channel.CreateUnbounded<CircuitPath>();
        await using var pool = new CircuitPool(
            options,
            (path, _, _) =>
            {
                builds.Writer.TryWrite(path);
                throw new CircuitBuildException(path.Hops[0], 1, "Connection refused");
            },
            planner,
            time,
            NullLogger.Instance);
        pool.Start();
        Task<PooledCircuit> request = pool.GetAsync(new CircuitRequest(new ExitPort(443), IsolationKey.None), CancellationToken.None);

        int seconds = 0;
        int count = 0;
        while (await Task.WhenAny(request, builds.Reader.ReadAsync().AsTask()) != request)
        {
            count++;
            time.Advance(TimeSpan.FromSeconds(1));
            seconds++;
        }

        CircuitBuildException failure = await Assert.ThrowsAsync<CircuitBuildException>(() => request);
        Assert.Equal("no circuit: hop 1 failed: Connection refused", failure.Message);
        Assert.InRange(seconds, 15, 30);
        Assert.InRange(count + builds.Reader.Count, 10, 3 * (seconds + 1));
    }

    [Fact]
    public async Task A_request_waits_some_seconds_for_a_guard()
    {
        var time = new ManualTime(TestNetwork.Start);
        var options = new ClientOptions { SpareCircuits = 0 };
        var planner = new PathPlanner(options, isPrivateNetwork: true, time, new SeededRandomSource(1)); // knows no relays yet
        await using var pool = new CircuitPool(options, buildCircuit: null!, planner, time, NullLogger.Instance);
        pool.Start();
        Task<PooledCircuit> request = pool.GetAsync(new CircuitRequest(new ExitPort(443), IsolationKey.None), CancellationToken.None);
        Task<PooledCircuit> other = pool.GetAsync(new CircuitRequest(new ExitPort(80), IsolationKey.None), CancellationToken.None);

        for (int second = 0; second < 14; second++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.False(request.IsCompleted || other.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));
        await Assert.ThrowsAsync<CircuitEndedException>(() => other);
        CircuitEndedException failure = await Assert.ThrowsAsync<CircuitEndedException>(() => request);
        Assert.Equal("no circuit: no guard can be reached", failure.Message);
    }

    [Fact]
    public async Task A_circuit_of_a_lesser_guard_counts_as_built_once_it_is_clear_that_no_better_one_answers()
    {
        await using var bench = new RelayBench();
        await using ChannelPair pair = await ChannelPair.OpenAsync(bench.Circuits);
        var time = new ManualTime(TestNetwork.Start);
        var options = new ClientOptions { SpareCircuits = 0 };
        var planner = new PathPlanner(options, isPrivateNetwork: true, time, new SeededRandomSource(1));
        planner.Update(TestNetwork.OfStockTests().View());
        List<PooledCircuit> told = [];
        await using var pool = new CircuitPool(options, buildCircuit: null!, planner, time, NullLogger.Instance) { OnBuilt = told.Add };
        CircuitPath path = SelectPastPrimaryGuards(planner);
        var circuit = new PooledCircuit(await TestCircuits.CreateAsync(bench, pair), path, TimeSpan.Zero);

        pool.Add(circuit, planner.OnBuilt(path.GuardUse), build: null);
        Assert.Empty(told);
        Assert.Empty(pool.Open);

        pool.Start();
        time.Advance(TimeSpan.Zero);
        Assert.Equal([circuit], told);
        Assert.Equal([circuit], pool.Open);
    }

    [Fact]
    public async Task A_port_that_no_exit_takes_is_told_at_once()
    {
        var time = new ManualTime(TestNetwork.Start);
        var options = new ClientOptions { SpareCircuits = 0 };
        var planner = new PathPlanner(options, isPrivateNetwork: true, time, new SeededRandomSource(1));
        planner.Update(TestNetwork.OfStockTests().View());
        await using var pool = new CircuitPool(options, buildCircuit: null!, planner, time, NullLogger.Instance);

        Task<PooledCircuit> request = pool.GetAsync(new CircuitRequest(new ExitPort(25), IsolationKey.None), CancellationToken.None);

        CircuitEndedException failure = await Assert.ThrowsAsync<CircuitEndedException>(() => request);
        Assert.Equal("no circuit: no usable exit takes port 25", failure.Message);
    }

    /// <summary>A path for which all primary guards, which worked before, are down.</summary>
    private static CircuitPath SelectPastPrimaryGuards(PathPlanner planner)
    {
        while (true)
        {
            CircuitPath path = planner.Select(new PathRequest { Length = 3, Ports = [new ExitPort(443)] }).Path!;
            if (path.GuardUse!.State == GuardUseState.UsableIfNoBetterGuard)
            {
                return path;
            }

            planner.OnBuilt(path.GuardUse);
            planner.OnGuardFailed(path.GuardUse);
        }
    }
}
