using Microsoft.Extensions.Logging.Abstractions;
using Tunic.Primitives.Time;
using Tunic.Tests.Simulation;
using Tunic.Tests.Tor.Network.Circuits;
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
        var pool = new CircuitPool(options, builder: null!, planner, time, NullLogger.Instance); // builds nothing here
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
}
