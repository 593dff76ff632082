using System.Collections.Concurrent;
using System.Net;
using Tunic.Primitives.Overlay;
using Tunic.Primitives.Storage;
using Tunic.Tests.Simulation;
using Tunic.Tests.Tor.Protocol.Voting;
using Tunic.Tor.Client;
using Tunic.Tor.Protocol.Documents.Policies;
using Tunic.Tor.Protocol.Paths;
using Tunic.Tor.Protocol.RelayMessages;

namespace Tunic.Tests.Tor.Client.Networks;

/// <summary>Paths of every length through a network in memory: two relays in each /16, and families across them.</summary>
public sealed class PathLengthTests(PathLengthTests.Network network) : IClassFixture<PathLengthTests.Network>
{
    private const int Requests = 8;
    private const int Subnets = 12;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public async Task Every_path_has_the_hops_that_were_asked_for_and_no_two_of_one_subnet_or_family(int length)
    {
        var options = new ClientOptions { PathLength = length, EnforceDistinctSubnets = true };
        await using TorClient client = await network.Simulated.StartClientAsync(options, new MemoryStateStore());

        Resolved[] answers = await Task.WhenAll(
            Enumerable.Range(0, Requests).Select(number => client.ResolveAsync("where.are.you", new IsolationKey($"{number}"), Cancel)));

        await Eventually.HoldsAsync(() => network.Simulated.CircuitCount == length * client.OpenPaths.Count); // the spare ones are complete
        IReadOnlyList<Relay>[] paths = [.. client.OpenPaths];
        IPAddress[] exits = [.. paths.Select(path => path[^1].IPv4Address.Address)];
        Assert.All(answers, answer => Assert.Contains(answer.Answers[0].Address, exits)); // it was the last hop that answered
        Assert.InRange(paths.Length, Requests, 30);
        Assert.All(paths, path => Assert.Equal(length, path.Count));
        Assert.All(paths, path => Assert.Distinct(path.Select(SubnetOf)));
        Assert.All(paths, path => Assert.Distinct(path.Select(relay => network.FamilyOf(relay))));
    }

    [Fact]
    public async Task A_length_that_is_changed_while_running_holds_for_all_new_streams()
    {
        var isolation = new IsolationKey("one");
        await using TorClient client = await network.Simulated.StartClientAsync(new ClientOptions(), new MemoryStateStore());
        await client.ResolveAsync("where.are.you", isolation, Cancel);
        Assert.All(client.OpenPaths, path => Assert.Equal(3, path.Count));

        client.PathLength = 5;
        var circuits = new ConcurrentQueue<int>();
        client.Streams.Changed += stream => circuits.Enqueue(stream.Circuit);
        await client.ResolveAsync("where.are.you", isolation, Cancel); // by its key it would go where it went before

        IEnumerable<int> used = circuits.Where(number => number > 0).Distinct();
        Assert.Equal([5], used.Select(number => client.Circuits.Find(number)!.Hops.Count));
        Assert.Throws<ArgumentOutOfRangeException>(() => client.PathLength = 9);
        Assert.Equal(5, client.PathLength);
    }

    private static int SubnetOf(Relay relay) => relay.IPv4Address.Address.GetAddressBytes()[1];

    /// <summary>Made once: keys are slow to make.</summary>
    public sealed class Network : IAsyncLifetime
    {
        private readonly MadeRelay[] _relays = [.. Enumerable.Range(1, 2 * Subnets).Select(number => new MadeRelay(number))];

        internal SimulatedNetwork Simulated { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Assert.True(ExitPolicyParser.TryParseConfiguration("accept *:80,accept *:443,reject *:*", out ExitPolicy policy));
            for (int index = 0; index < _relays.Length; index++)
            {
                MadeRelay relay = _relays[index];
                relay.Declaration = relay.Declaration with
                {
                    Address = IPAddress.Parse($"11.{index / 2}.{index % 2}.1"),
                    Family = [.. _relays.Where((_, other) => NumberFamily(other) == NumberFamily(index)).Select(member => $"${member.Identity}")],
                    ExitPolicy = policy,
                };
            }

            Simulated = await SimulatedNetwork.StartAsync(_relays);
        }

        public ValueTask DisposeAsync() => Simulated.DisposeAsync();

        internal int FamilyOf(Relay relay) => NumberFamily(Array.FindIndex(_relays, made => made.Identity == relay.RsaIdentity));

        /// <summary>The second relay of a subnet and the first of the next are of one family.</summary>
        private static int NumberFamily(int index) => (index + 1) / 2 % Subnets;
    }
}
