using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Tunic.Primitives.Storage;
using Tunic.Primitives.Time;
using Tunic.Tests.Tor.Protocol.Voting;
using Tunic.Tests.TorRelay.Authority;
using Tunic.Tor.Client;
using Tunic.Tor.Client.NetworkDirectory;
using Tunic.Tor.Client.Paths;
using Tunic.Tor.Network.Channels;
using Tunic.Tor.Network.Circuits;
using Tunic.Tor.Network.NetworkDirectory;
using Tunic.Tor.Protocol.Cells.Queues;
using Tunic.Tor.Protocol.Circuits;
using Tunic.Tor.Protocol.Documents.Consensuses;
using Tunic.Tor.Protocol.Paths;
using Tunic.Tor.Protocol.Streams.Rules;
using Tunic.Tor.Protocol.Voting.Flags;
using Tunic.Tor.Relay.Circuits;
using Tunic.Tor.Relay.DirectoryCache;
using Tunic.Tor.Relay.DirectoryCache.Serving;
using KnownRelay = Tunic.Tor.Relay.Circuits.KnownRelay;

namespace Tunic.Tests.Tor.Client.Networks;

/// <summary>
/// A whole network in this process: an authority that made a consensus, relays at addresses all over the Internet, and clients that
/// have the directory in their caches. All of it is real but for the wires.
/// </summary>
internal sealed class SimulatedNetwork : IAsyncDisposable
{
    private static readonly IPAddress ClientAddress = IPAddress.Parse("203.0.113.5");

    private static readonly FlagOptions Flags =
        FlagOptions.TestingNetwork with { TestingVoteGuard = RelayPattern.All, TestingVoteHSDir = RelayPattern.All, StableGuaranteeUptime = TimeSpan.Zero };

    private readonly Dictionary<IPEndPoint, SimulatedRelay> _relays = [];
    private readonly DirectorySnapshot _documents;

    private SimulatedNetwork(IEnumerable<MadeRelay> relays, Consensus consensus, DirectorySnapshot documents)
    {
        _documents = documents;
        MadeRelay[] made = [.. relays];
        var known = new KnownRelays(made.Select(relay => new KnownRelay(new(relay.Identity, relay.Ed25519Identity), [relay.Address])), []);
        foreach (MadeRelay relay in made)
        {
            _relays.Add(relay.Address, new SimulatedRelay(relay, new Wires(this, relay.Address), () => known, (stream, _, cancel) => ServeDirectoryAsync(relay, stream, cancel), MemoryNetwork.Time));
        }

        var nowhere = new IPEndPoint(IPAddress.Loopback, 1);
        DirectoryAuthority[] authorities =
            [.. consensus.Signatures.Select(signature => new DirectoryAuthority("authority", signature.Identity, default, nowhere, nowhere))];
        Profile = new NetworkProfile { Name = "simulated", Authorities = authorities, IsPrivate = true };
    }

    internal NetworkProfile Profile { get; }

    /// <summary>What a relay does with a directory request; none of them serves any.</summary>
    internal Func<MadeRelay, Stream, CancellationToken, Task> ServeDirectoryAsync { get; set; } = (_, _, _) => Task.CompletedTask;

    /// <summary>Of all relays together: one of three hops counts three times.</summary>
    internal int CircuitCount => _relays.Values.Sum(relay => relay.CircuitCount);

    internal static async Task<SimulatedNetwork> StartAsync(IReadOnlyList<MadeRelay> relays)
    {
        await using var authority = new MemoryNetwork(relays, Flags);
        await authority.StartAsync(1);
        foreach (MadeRelay relay in relays)
        {
            DirectoryAnswer answer = await authority.AskAsync(0, "POST /tor/", relay.Write(MemoryNetwork.Now));
            Assert.Equal(200, answer.Status);
        }

        Consensus consensus = await authority.PublishedAsync(0);
        Assert.Equal(relays.Count, consensus.Relays.Count);
        return new SimulatedNetwork(relays, consensus, authority.Stores[0].Current);
    }

    /// <summary>A relay dies, before anybody has reached it. The consensus goes on to list it.</summary>
    internal async Task StopAsync(MadeRelay relay)
    {
        Assert.True(_relays.Remove(relay.Address, out SimulatedRelay? stopped));
        await stopped.DisposeAsync();
    }

    /// <summary>A client that has been in the network before. The caller disposes it.</summary>
    internal async Task<TorClient> StartClientAsync(ClientOptions options, IStateStore store)
    {
        TorClient client = await CreateClientAsync(options, store);
        client.Start();
        return client;
    }

    /// <summary>The same, not started.</summary>
    internal async Task<TorClient> CreateClientAsync(ClientOptions options, IStateStore store)
    {
        await WriteAsync(store, "cached-certs", _documents.Certificates.Values.Select(certificate => certificate.Text));
        await WriteAsync(store, "cached-microdesc-consensus", [_documents.MicrodescriptorConsensus!.Text.Text]);
        await WriteAsync(store, "cached-microdescs", _documents.Microdescriptors.Values.Select(microdescriptor => microdescriptor.Text));
        var environment = new ChannelEnvironment(
            new ChannelOptions(), new CellSegmentPool(), SystemRandomSource.Instance, MemoryNetwork.Time, NullLogger.Instance);
        return new TorClient(Profile, options, new Wires(this, new IPEndPoint(ClientAddress, 40_000)), store, environment);
    }

    /// <summary>What a client asks its directory guards with, and the guards. The caller disposes it, and then the channels.</summary>
    internal (DirectoryFetcher Fetcher, ChannelTable Channels) CreateFetcher(ClientOptions options, NetworkView view)
    {
        var environment = new ChannelEnvironment(
            new ChannelOptions(), new CellSegmentPool(), SystemRandomSource.Instance, MemoryNetwork.Time, NullLogger.Instance);
        var channels = new ChannelTable(
            new Wires(this, new IPEndPoint(ClientAddress, 40_001)), () => ChannelIdentity.Anonymous, acceptor: null, environment);
        var planner = new PathPlanner(options, isPrivateNetwork: true, environment.Time, environment.Random);
        planner.Update(view);
        var circuits = new CircuitEnvironment(
            environment.Random, environment.Random, environment.Time, () => new CircuitEdgeSettings { Role = CircuitRole.Origin });
        var clock = new ClockWatch(environment.Time, NullLogger.Instance);
        return (new DirectoryFetcher(Profile, channels, circuits, planner, clock, environment.Random, NullLogger.Instance), channels);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (SimulatedRelay relay in _relays.Values)
        {
            await relay.DisposeAsync();
        }
    }

    private static ValueTask WriteAsync(IStateStore store, string name, IEnumerable<ReadOnlyMemory<byte>> parts) =>
        store.WriteAsync(name, parts.SelectMany(part => part.ToArray()).ToArray(), default);

    /// <summary>Reaches any relay of the network, and shows it one address.</summary>
    private sealed class Wires(SimulatedNetwork network, IPEndPoint from) : IRelayConnector
    {
        public Task<ChannelTransport> ConnectAsync(IReadOnlyList<IPEndPoint> addresses, CancellationToken cancel) =>
            network._relays.TryGetValue(addresses[0], out SimulatedRelay? relay)
                ? Task.FromResult<ChannelTransport>(relay.Connect(from))
                : Task.FromException<ChannelTransport>(new IOException("nobody answers"));
    }
}
