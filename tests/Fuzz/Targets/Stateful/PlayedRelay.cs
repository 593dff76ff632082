using System.Net;
using Microsoft.Extensions.Logging;
using Tunic.Primitives.Keys;
using Tunic.Primitives.Time;
using Tunic.Tests.Fuzz.Engine;
using Tunic.Tor.Network.Channels;
using Tunic.Tor.Protocol.Cells.Queues;
using Tunic.Tor.Protocol.Handshakes;
using Tunic.Tor.Protocol.Links;
using Tunic.Tor.Relay;
using Tunic.Tor.Relay.Circuits;
using Tunic.Tor.Relay.Connections;
using Tunic.Tor.Relay.Exits;

namespace Tunic.Tests.Fuzz.Targets.Stateful;

/// <summary>A relay's circuits in memory, with a clock that the fuzzer moves. What it reports as a fault of its own is one.</summary>
internal sealed class PlayedRelay : TimeProvider, IAsyncDisposable, IRelayConnector, IResolver, ILogger
{
    public static readonly IPAddress NextAddress = IPAddress.Parse("192.0.2.9");

    private static readonly NtorKeyRing _ring = new(new SeededRandomSource(1), NtorKeyPair.FromPrivateKey(FuzzKeys.RelayNtorOnion));

    private readonly ChannelEnvironment _environment;
    private readonly ChannelTable _channels;
    private readonly StreamRequests _streams;
    private long _ticks = TimeSpan.FromDays(1).Ticks;
    private Exception? _fault;

    public PlayedRelay()
    {
        var random = new SeededRandomSource(3);
        _environment = new ChannelEnvironment(
            new ChannelOptions { MaxCircuits = 8, QueueHighWater = 16, QueueLowWater = 4, MaxQueue = 64, MaxDestroyQueue = 500 }, new CellSegmentPool(), random, this, this);
        var connections = new ConnectionLimits(new ConnectionLimitOptions(), _ => false, random);
        var exit = new ExitOptions();
        var rules = new ExitRules(exit, () => [IPAddress.Parse("198.51.100.1")], () => KnownRelays.None, () => RelayParameters.Default);
        _streams = new StreamRequests(exit, rules, this, null, () => KnownRelays.None, () => RelayParameters.Default, _environment);
        Circuits = new RelayCircuits(
            new RelayCircuitOptions { MaxStreams = 16 },
            () => new HandshakeKeys(Someone(1).RsaIdentity, Someone(1).Ed25519Identity, _ring),
            () => RelayParameters.Default,
            new CircuitCreationLimits(connections, random),
            _streams,
            _environment);
        _channels = new ChannelTable(this, () => ChannelIdentity.Anonymous, Circuits, _environment);
        Circuits.Connect(_channels, () => KnownRelays.None);
    }

    /// <summary>Who the relay behind is.</summary>
    public static PeerIdentity Next { get; } = Someone(9);

    public RelayCircuits Circuits { get; }

    /// <summary>Bytes of cells and stream data that wait.</summary>
    public long QueueMemory => _environment.Memory.BytesInUse;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => _ticks;

    public void Advance(TimeSpan time) => _ticks += time.Ticks;

    /// <summary>Waits for streams that are served on other threads: all are refused or answered at once.</summary>
    public void WaitForStreams() =>
        FuzzFailureException.Require(SpinWait.SpinUntil(() => _streams.Count == 0, TimeSpan.FromSeconds(10)), "a stream that nobody answers");

    /// <summary>Somebody's channel: a client's when there is no identity.</summary>
    public (Channel Channel, PlayedTransport Transport) Connect(PeerIdentity? identity, IPAddress address, LinkRole role)
    {
        var transport = new PlayedTransport(address);
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
        var channel = new Channel(transport, link, [], Circuits, _environment);
        _channels.Add(channel);
        channel.Start();
        transport.WaitForLoop();
        return (channel, transport);
    }

    public static PeerIdentity Someone(byte number) => new(
        new RsaIdentity(Enumerable.Repeat(number, RsaIdentity.Length).ToArray()),
        new Ed25519Identity(Enumerable.Repeat(number, Ed25519Identity.Length).ToArray()));

    /// <summary>Fails when something was reported as a fault.</summary>
    public void RequireNoFault()
    {
        if (Volatile.Read(ref _fault) is { } fault)
        {
            throw new FuzzFailureException($"reports a fault of its own: {fault.GetType().Name}", fault);
        }
    }

    Task<ChannelTransport> IRelayConnector.ConnectAsync(IReadOnlyList<IPEndPoint> addresses, CancellationToken cancel) =>
        Task.FromException<ChannelTransport>(new IOException("nobody answers"));

    Task<NameAnswer> IResolver.ResolveAsync(string name, CancellationToken cancel) => Task.FromResult(NameAnswer.NotFound);

    Task<NameAnswer> IResolver.ResolveNameAsync(IPAddress address, CancellationToken cancel) => Task.FromResult(NameAnswer.NotFound);

    IDisposable? ILogger.BeginScope<TState>(TState state) => null;

    bool ILogger.IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

    void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (logLevel >= LogLevel.Error)
        {
            Interlocked.CompareExchange(ref _fault, exception ?? new InvalidOperationException(formatter(state, exception)), null);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Circuits.DisposeAsync();
        await _streams.DisposeAsync();
        await _channels.DisposeAsync();
    }
}
