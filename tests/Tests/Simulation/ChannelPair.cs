using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Tunic.Primitives.Time;
using Tunic.Tests.Tor.Protocol.Links;
using Tunic.Tor.Network.Channels;
using Tunic.Tor.Protocol.Cells.Queues;
using Tunic.Tor.Protocol.Links;

namespace Tunic.Tests.Simulation;

/// <summary>An open channel between a client and a relay, in memory.</summary>
internal sealed class ChannelPair(Channel client, Channel relay, MemoryTransport clientTransport, ChannelBandwidth bandwidth) : IAsyncDisposable
{
    internal Channel Client { get; } = client;

    internal Channel Relay { get; } = relay;

    internal MemoryTransport ClientTransport { get; } = clientTransport;

    /// <summary>What both ends together have moved.</summary>
    internal ChannelBandwidth Bandwidth { get; } = bandwidth;

    internal static async Task<ChannelPair> OpenAsync(
        ICircuitAcceptor acceptor,
        ChannelOptions? options = null,
        long queueMemory = QueueMemory.DefaultLimit,
        TimeProvider? time = null,
        ChannelIdentity? client = null)
    {
        LinkCertificates certificates = TestRelay.A.Certificates;
        ChannelEnvironment environment = CreateEnvironment(time ?? new CertificateTime(), options, queueMemory);
        (MemoryTransport initiator, MemoryTransport responder) = MemoryTransport.CreatePair(
            certificates.Tls.Link.Encoded.ToArray(), new IPEndPoint(IPAddress.Loopback, 40000), new IPEndPoint(IPAddress.Loopback, 9001));
        Task<Channel> accepting = ChannelHandshake.AcceptAsync(
            responder, new ChannelIdentity(certificates, [IPAddress.Loopback]), acceptor, environment, CancellationToken.None);
        Channel initiating = await ChannelHandshake.ConnectAsync(
            initiator, ExpectedPeer.Anyone, client ?? ChannelIdentity.Anonymous, null, environment, CancellationToken.None);
        return new ChannelPair(initiating, await accepting, initiator, environment.Bandwidth);
    }

    internal static ChannelEnvironment CreateEnvironment(
        TimeProvider time, ChannelOptions? options = null, long queueMemory = QueueMemory.DefaultLimit)
    {
        var segments = new CellSegmentPool();
        return new ChannelEnvironment(options ?? new ChannelOptions(), segments, new SeededRandomSource(1), time, NullLogger.Instance)
        {
            Memory = new QueueMemory(segments, queueMemory),
        };
    }

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        await Relay.DisposeAsync();
    }

    /// <summary>The wall clock stands where the test certificates are valid; the monotonic one runs.</summary>
    private sealed class CertificateTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => TestRelay.Now;
    }
}
