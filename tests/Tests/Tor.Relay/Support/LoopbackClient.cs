using Microsoft.Extensions.Logging.Abstractions;
using Tunic.Primitives.Time;
using Tunic.Tor.Network.Channels;
using Tunic.Tor.Network.Channels.OpenSsl;
using Tunic.Tor.Network.Circuits;
using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.Cells.Queues;
using Tunic.Tor.Protocol.Circuits;
using Tunic.Tor.Protocol.Links;
using Tunic.Tor.Protocol.Streams.Rules;

namespace Tunic.Tests.TorRelay.Support;

/// <summary>Builds circuits of our own through given relays.</summary>
internal sealed class LoopbackClient : IAsyncDisposable
{
    private static readonly CircuitEdgeSettings Settings = new() { Role = CircuitRole.Origin };

    private readonly TlsConnector _connector = new(SystemRandomSource.Instance, new TlsConnectorOptions());
    private readonly ChannelTable _channels;
    private readonly CircuitEnvironment _circuits = new(
        SystemRandomSource.Instance, new PaddingSource(SystemRandomSource.Instance), TimeProvider.System, () => Settings);

    internal LoopbackClient()
    {
        var environment = new ChannelEnvironment(
            new ChannelOptions(), new CellSegmentPool(), SystemRandomSource.Instance, TimeProvider.System, NullLogger.Instance);
        _channels = new ChannelTable(_connector, () => ChannelIdentity.Anonymous, acceptor: null, environment);
    }

    internal async Task<OriginCircuit> BuildAsync(params HopTarget[] hops)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var first = new PeerIdentity(hops[0].RsaIdentity, hops[0].Ed25519Identity);
        Channel channel = await _channels.GetAsync(first, [hops[0].Specifiers.IPv4!], limit.Token);
        OriginCircuit circuit = await OriginCircuit.CreateAsync(channel, hops[0], _circuits, limit.Token);
        foreach (HopTarget hop in hops[1..])
        {
            await circuit.ExtendAsync(hop, limit.Token);
        }

        return circuit;
    }

    public async ValueTask DisposeAsync()
    {
        await _channels.DisposeAsync();
        _connector.Dispose();
    }
}
