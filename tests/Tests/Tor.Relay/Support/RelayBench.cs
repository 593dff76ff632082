using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Tunic.Primitives.Keys;
using Tunic.Primitives.Time;
using Tunic.Tests.Simulation;
using Tunic.Tor.Network.Channels;
using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.Cells.Queues;
using Tunic.Tor.Protocol.Handshakes;
using Tunic.Tor.Protocol.Links;
using Tunic.Tor.Protocol.RelayMessages;
using Tunic.Tor.Relay;
using Tunic.Tor.Relay.Circuits;
using Tunic.Tor.Relay.Connections;
using Tunic.Tor.Relay.Exits;

namespace Tunic.Tests.TorRelay.Support;

/// <summary>A relay's circuits in memory, with peers that are open channels already.</summary>
internal sealed class RelayBench : IAsyncDisposable, IRelayConnector
{
    internal StreamRequests Streams { get; }

    internal static readonly IPAddress NextAddress = IPAddress.Parse("192.0.2.9");

    private readonly ChannelTable _channels;

    internal ChannelTable Channels => _channels;

    internal RelayBench(
        RelayCircuitOptions? circuits = null,
        ExitOptions? exit = null,
        ChannelOptions? channels = null,
        IResolver? resolver = null,
        RelayParameters? parameters = null,
        KnownRelays? relays = null,
        DirectoryStreamHandler? directory = null)
    {
        var segments = new CellSegmentPool();
        Environment = new ChannelEnvironment(
            channels ?? new ChannelOptions(), segments, SystemRandomSource.Instance, Clock, NullLogger.Instance)
        {
            Memory = new QueueMemory(segments, (circuits ?? new RelayCircuitOptions()).MaxQueueMemory),
        };
        Connections = new ConnectionLimits(new ConnectionLimitOptions(), _ => false, SystemRandomSource.Instance);
        RelayParameters consensus = parameters ?? RelayParameters.Default;
        KnownRelays known = relays ?? KnownRelays.None;
        ExitOptions exitOptions = exit ?? new ExitOptions();
        var rules = new ExitRules(exitOptions, () => [IPAddress.Parse("198.51.100.1")], () => known, () => consensus);
        Streams = new StreamRequests(exitOptions, rules, resolver ?? new FixedResolver(), directory, () => known, () => consensus, Environment);
        Circuits = new RelayCircuits(
            circuits ?? new RelayCircuitOptions(),
            () => Keys,
            () => consensus,
            new CircuitCreationLimits(Connections, SystemRandomSource.Instance),
            Streams,
            Environment);
        _channels = new ChannelTable(this, () => ChannelIdentity.Anonymous, Circuits, Environment);
        Circuits.Connect(_channels, () => known);
    }

    internal TestClock Clock { get; } = new();

    internal ChannelEnvironment Environment { get; }

    internal ConnectionLimits Connections { get; }

    internal RelayCircuits Circuits { get; }

    internal NtorKeyPair OnionKey { get; } = NtorKeyPair.Generate(SystemRandomSource.Instance);

    internal PeerIdentity Identity { get; } = Someone(1);

    /// <summary>Who the relay behind is.</summary>
    internal static PeerIdentity Next { get; } = Someone(9);

    internal static Create2 AnyCreate { get; } = new(HandshakeType.Ntor, new byte[84]);

    private HandshakeKeys Keys => field ??= new HandshakeKeys(
        Identity.RsaIdentity, Identity.Ed25519Identity, new NtorKeyRing(SystemRandomSource.Instance, OnionKey));

    internal static PeerIdentity Someone(byte number) => new(
        new RsaIdentity(Enumerable.Repeat(number, RsaIdentity.Length).ToArray()),
        new Ed25519Identity(Enumerable.Repeat(number, Ed25519Identity.Length).ToArray()));

    /// <summary>EXTEND2 to the relay behind, or as changed.</summary>
    internal static byte[] Extend(PeerIdentity? target = null, IPEndPoint? address = null) => new Extend2(
        LinkSpecifiers.For(address ?? new IPEndPoint(NextAddress, 9001), (target ?? Next).RsaIdentity, (target ?? Next).Ed25519Identity, null),
        AnyCreate).Encode();

    /// <summary>Somebody connects who proves nothing: a client.</summary>
    internal RawPeer ConnectClient(string address = "203.0.113.5") => ConnectClient(address, out _);

    internal RawPeer ConnectClient(string address, out MemoryTransport transport) =>
        Connect(null, IPAddress.Parse(address), LinkRole.Responder, out transport);

    /// <summary>A relay connects.</summary>
    internal RawPeer ConnectRelay(byte number = 5) => Connect(Someone(number), IPAddress.Parse("203.0.113.6"), LinkRole.Responder, out _);

    /// <summary>The relay behind, to which we are connected.</summary>
    internal RawPeer ConnectNext() => Connect(Next, NextAddress, LinkRole.Initiator, out _);

    internal RawPeer ConnectNext(out MemoryTransport transport) => Connect(Next, NextAddress, LinkRole.Initiator, out transport);

    /// <summary>A client's circuit, extended to the relay behind, and both peers.</summary>
    internal async Task<(RawPeer Client, RawPeer Next, RawCircuit Circuit, uint NextId)> ExtendAsync()
    {
        RawPeer client = ConnectClient();
        RawPeer next = ConnectNext();
        (RawCircuit circuit, uint nextId) = await ExtendAsync(client, next);
        return (client, next, circuit, nextId);
    }

    /// <summary>A circuit of a client, extended to the relay behind.</summary>
    internal async Task<(RawCircuit Circuit, uint NextId)> ExtendAsync(RawPeer client, RawPeer next, uint id = 0x8000_0001)
    {
        RawCircuit circuit = await RawCircuit.CreateAsync(client, id);
        circuit.Send(RelayCommand.Extend2, 0, Extend(), CellCommand.RelayEarly);
        RawCell create = await next.ReadAsync();
        Assert.Equal(CellCommand.Create2, create.Command);
        Assert.Equal(AnyCreate.Encode(), create.Body[..AnyCreate.EncodedLength]);
        next.Send(create.CircuitId, CellCommand.Created2, new Created2(new byte[] { 1, 2, 3 }).Encode());
        (RelayCommand command, _, byte[] body) = await circuit.ReadAsync();
        Assert.Equal(RelayCommand.Extended2, command);
        Assert.Equal([0, 3, 1, 2, 3], body);
        return (circuit, create.CircuitId);
    }

    /// <summary>How attempts to connect go. Default: nobody answers.</summary>
    internal Func<IReadOnlyList<IPEndPoint>, CancellationToken, Task<ChannelTransport>> Connecting { get; set; } =
        (_, _) => Task.FromException<ChannelTransport>(new IOException("nobody answers"));

    Task<ChannelTransport> IRelayConnector.ConnectAsync(IReadOnlyList<IPEndPoint> addresses, CancellationToken cancel) => Connecting(addresses, cancel);

    public async ValueTask DisposeAsync()
    {
        await Circuits.DisposeAsync();
        await Streams.DisposeAsync();
        await _channels.DisposeAsync();
    }

    private RawPeer Connect(PeerIdentity? identity, IPAddress address, LinkRole role, out MemoryTransport relay)
    {
        (MemoryTransport peer, relay) = MemoryTransport.CreatePair([], new IPEndPoint(address, 40_000), new IPEndPoint(IPAddress.Loopback, 9001));
        var link = new LinkResult
        {
            Version = 5,
            Role = role,
            Peer = identity,
            AuthenticatedToPeer = true,
            ClockSkew = null,
            OwnAddress = IPAddress.Loopback,
            PeerAddresses = [],
            IsCanonical = identity is not null,
            IsCanonicalToPeer = true,
            OwnCircuitIds = role == LinkRole.Initiator ? CircuitIdHalf.Higher : CircuitIdHalf.Lower,
            PeerCircuitIds = role == LinkRole.Initiator ? CircuitIdHalf.Lower : CircuitIdHalf.Higher,
        };
        var channel = new Channel(relay, link, [], Circuits, Environment);
        _channels.Add(channel);
        channel.Start();
        return new RawPeer(peer, channel);
    }

    private sealed class FixedResolver : IResolver
    {
        public Task<NameAnswer> ResolveAsync(string name, CancellationToken cancel) => Task.FromResult(NameAnswer.NotFound);

        public Task<NameAnswer> ResolveNameAsync(IPAddress address, CancellationToken cancel) => Task.FromResult(NameAnswer.NotFound);
    }
}
