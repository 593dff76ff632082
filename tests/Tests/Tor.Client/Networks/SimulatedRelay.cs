using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Tunic.Primitives.Time;
using Tunic.Tests.Simulation;
using Tunic.Tests.Tor.Protocol.Voting;
using Tunic.Tor.Network.Channels;
using Tunic.Tor.Protocol.Cells.Queues;
using Tunic.Tor.Protocol.Handshakes;
using Tunic.Tor.Relay;
using Tunic.Tor.Relay.Circuits;
using Tunic.Tor.Relay.Connections;
using Tunic.Tor.Relay.Exits;

namespace Tunic.Tests.Tor.Client.Networks;

/// <summary>A relay of a <see cref="SimulatedNetwork"/>: real links and circuits at an address of its own. As an exit it finds every name at that address.</summary>
internal sealed class SimulatedRelay : IAsyncDisposable
{
    private readonly ChannelEnvironment _environment;
    private readonly ChannelIdentity _identity;
    private readonly NtorKeyPair _onionKey;
    private readonly StreamRequests _streams;
    private readonly ChannelTable _channels;
    private readonly RelayCircuits _circuits;
    private readonly List<Task> _accepting = [];

    internal SimulatedRelay(MadeRelay made, IRelayConnector connector, Func<KnownRelays> relays, DirectoryStreamHandler directory, TimeProvider time)
    {
        RandomSource random = SystemRandomSource.Instance;
        IPAddress address = made.Declaration.Address;
        _environment = new ChannelEnvironment(new ChannelOptions(), new CellSegmentPool(), random, time, NullLogger.Instance);
        _identity = new ChannelIdentity(made.CertifyLink(time.GetUtcNow().UtcDateTime), [address]);
        _onionKey = made.OpenOnionKey();
        var handshakes = new HandshakeKeys(made.Identity, made.Ed25519Identity, new NtorKeyRing(random, _onionKey));
        var exit = new ExitOptions { Policy = made.Declaration.ExitPolicy };
        var rules = new ExitRules(exit, () => [address], relays, () => RelayParameters.Default);
        _streams = new StreamRequests(exit, rules, new OwnAddress(address), directory, relays, () => RelayParameters.Default, _environment);
        var limits = new ConnectionLimits(new ConnectionLimitOptions(), _ => true, random);
        _circuits = new RelayCircuits(
            new RelayCircuitOptions(), () => handshakes, () => RelayParameters.Default, new CircuitCreationLimits(limits, random), _streams, _environment);
        _channels = new ChannelTable(connector, () => _identity, _circuits, _environment);
        _circuits.Connect(_channels, relays);
        EndPoint = made.Address;
    }

    internal IPEndPoint EndPoint { get; }

    /// <summary>Circuits that lead to it or through it.</summary>
    internal int CircuitCount => _circuits.Count;

    /// <summary>Somebody connects.</summary>
    /// <returns>His end.</returns>
    internal MemoryTransport Connect(IPEndPoint from)
    {
        (MemoryTransport initiator, MemoryTransport responder) =
            MemoryTransport.CreatePair(_identity.Certificates!.Tls.Link.Encoded.ToArray(), from, EndPoint);
        lock (_accepting)
        {
            _accepting.Add(AcceptAsync(responder));
        }

        return initiator;
    }

    public async ValueTask DisposeAsync()
    {
        await _circuits.DisposeAsync();
        await _streams.DisposeAsync();
        await _channels.DisposeAsync();
        await Task.WhenAll(_accepting).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _onionKey.Dispose();
    }

    private async Task AcceptAsync(MemoryTransport transport) =>
        _channels.Add(await ChannelHandshake.AcceptAsync(transport, _identity, _circuits, _environment, CancellationToken.None));

    private sealed class OwnAddress(IPAddress address) : IResolver
    {
        public Task<NameAnswer> ResolveAsync(string name, CancellationToken cancel) => Task.FromResult(new NameAnswer { IPv4 = address });

        public Task<NameAnswer> ResolveNameAsync(IPAddress asked, CancellationToken cancel) => Task.FromResult(NameAnswer.NotFound);
    }
}
