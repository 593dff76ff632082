using Microsoft.Extensions.Logging.Abstractions;
using Tunic.Primitives.Errors;
using Tunic.Primitives.Overlay;
using Tunic.Primitives.Time;
using Tunic.Tests.Tor.Protocol.Paths;
using Tunic.Tests.TorRelay;
using Tunic.Tor.Client;
using Tunic.Tor.Client.Circuits;
using Tunic.Tor.Client.Paths;
using Tunic.Tor.Network.Circuits;
using Tunic.Tor.Protocol.Documents;
using Tunic.Tor.Protocol.Paths;

namespace Tunic.Tests.Tor.Client.Circuits;

public sealed class LongLivedPortsTests
{
    private const int Circuits = 20;

    private readonly TestNetwork _network = new();
    private readonly ManualTime _time = new(TestNetwork.Start);

    public LongLivedPortsTests()
    {
        for (int i = 0; i < 6; i++)
        {
            RelayFlags flags = i % 2 == 0 ? TestNetwork.Ordinary : TestNetwork.Ordinary & ~RelayFlags.Stable;
            _network.Add(flags | RelayFlags.Guard);
            _network.Add(flags | RelayFlags.Exit, ports: [22, 443]);
        }
    }

    [Fact]
    public async Task Circuits_for_connections_that_last_have_stable_relays_only_as_far_as_the_options_name_their_ports()
    {
        var options = new ClientOptions { SpareCircuits = 0, UseEntryGuards = false, MaxBuilding = Circuits };

        Assert.All(await BuildAsync(options, 22), IsStable);
        Assert.Contains(await BuildAsync(options, 443), path => !path.Hops.All(IsStableRelay));
        Assert.All(await BuildAsync(options with { LongLivedPorts = new HashSet<int> { 443 } }, 443), IsStable);

        static void IsStable(CircuitPath path) => Assert.All(path.Hops, relay => Assert.True(IsStableRelay(relay)));
        static bool IsStableRelay(Relay relay) => relay.Status.Flags.HasFlag(RelayFlags.Stable);
    }

    /// <summary>The paths that the pool begins to build for so many requests.</summary>
    private async Task<List<CircuitPath>> BuildAsync(ClientOptions options, ushort port)
    {
        var planner = new PathPlanner(options, isPrivateNetwork: true, _time, new SeededRandomSource(1));
        planner.Update(_network.View());
        var paths = new List<CircuitPath>();
        var begun = new SemaphoreSlim(0);
        var pool = new CircuitPool(
            options,
            async (path, _, cancel) =>
            {
                lock (paths)
                {
                    paths.Add(path);
                }

                begun.Release();
                await Task.Delay(Timeout.Infinite, cancel);
                return default;
            },
            planner,
            _time,
            NullLogger.Instance);
        Task<PooledCircuit>[] requests = [.. Enumerable.Range(0, Circuits).Select(
            number => pool.GetAsync(new CircuitRequest(new ExitPort(port), new IsolationKey($"{number}")), CancellationToken.None))];
        for (int i = 0; i < Circuits; i++)
        {
            await begun.WaitAsync(TestContext.Current.CancellationToken);
        }

        await pool.DisposeAsync();
        foreach (Task<PooledCircuit> request in requests)
        {
            Assert.Equal(ErrorKind.ShuttingDown, (await Assert.ThrowsAsync<CircuitEndedException>(() => request)).Kind);
        }

        return paths;
    }
}
