using System.Globalization;
using System.Text;
using Tunic.Primitives.Overlay;
using Tunic.Primitives.Storage;
using Tunic.Tests.Tor.Protocol.Voting;
using Tunic.Tor.Client;
using Tunic.Tor.Client.Circuits;
using Tunic.Tor.Network.Circuits;
using Tunic.Tor.Protocol.Circuits;
using Tunic.Tor.Protocol.Documents.Policies;
using Tunic.Tor.Protocol.FlowControl.Congestion;

namespace Tunic.Tests.Tor.Client.Networks;

/// <summary>Which circuits teach a client how long to wait for one (stock circuit_timeout_want_to_count_circ), as its state file shows.</summary>
public sealed class LearntBuildTimesTests
{
    private static readonly MadeRelay[] Relays = [.. Enumerable.Range(1, 7).Select(CreateExit)];

    private readonly MemoryStateStore _files = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(2, false)]
    [InlineData(3, true)]
    [InlineData(5, true)]
    public async Task Only_circuits_that_get_a_third_hop_are_learnt_from(int length, bool isLearnt)
    {
        await using SimulatedNetwork network = await SimulatedNetwork.StartAsync(Relays);
        await using (TorClient client = await network.StartClientAsync(new ClientOptions { PathLength = length }, _files))
        {
            await client.ResolveAsync("where.are.you", IsolationKey.None, Cancel);
        }

        Assert.Equal(isLearnt, await ReadCountAsync() > 0);
    }

    [Fact]
    public async Task Circuits_with_which_a_relay_tests_itself_are_not_learnt_from()
    {
        await using SimulatedNetwork network = await SimulatedNetwork.StartAsync(Relays);
        await using (TorClient client = await network.StartClientAsync(new ClientOptions { SpareCircuits = 0 }, _files))
        {
            await client.LoadAsync(Cancel);
            foreach (int index in Enumerable.Range(0, 3))
            {
                HopTarget end = HopTargets.Create(client.View!.Relays[index], carriesStreams: false, new CongestionControlParameters());
                await using OriginCircuit circuit = await client.BuildCircuitToAsync(end, Cancel);
                Assert.Equal(3, circuit.Hops.Count);
            }
        }

        Assert.Equal(0, await ReadCountAsync());
    }

    private static MadeRelay CreateExit(int number)
    {
        Assert.True(ExitPolicyParser.TryParseConfiguration("accept *:80,accept *:443,reject *:*", out ExitPolicy policy));
        var relay = new MadeRelay(number);
        relay.Declaration = relay.Declaration with { ExitPolicy = policy };
        return relay;
    }

    private async Task<int> ReadCountAsync()
    {
        string[] lines = Encoding.ASCII.GetString((await _files.ReadAsync("state", Cancel))!).Split('\n');
        Assert.Contains(lines, line => line.StartsWith("Guard in=", StringComparison.Ordinal));
        return lines.Where(line => line.StartsWith("TotalBuildTimes ", StringComparison.Ordinal))
            .Sum(line => int.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture));
    }
}
