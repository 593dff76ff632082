using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Tunic.Primitives.Keys;
using Tunic.Primitives.Time;
using Tunic.Tests.TorRelay.Support;
using Tunic.Tor.Network.Channels;
using Tunic.Tor.Network.Channels.OpenSsl;
using Tunic.Tor.Protocol.Cells.Queues;
using Tunic.Tor.Relay.Authority;

namespace Tunic.Tests.TorRelay.Authority;

public sealed class ChannelProbeTests : IDisposable
{
    private readonly TlsConnector _connector = new(SystemRandomSource.Instance, new TlsConnectorOptions());
    private readonly ChannelProbe _probe;

    public ChannelProbeTests() => _probe = new ChannelProbe(
        _connector,
        new ChannelEnvironment(
            new ChannelOptions(), new CellSegmentPool(), SystemRandomSource.Instance, TimeProvider.System, NullLogger.Instance));

    [Fact]
    public async Task A_relay_that_is_there_proves_both_its_identities()
    {
        await using LoopbackRelay relay = LoopbackRelay.Start();

        Ed25519Identity? proved = await ProbeAsync(relay.Address, relay.Identity.RsaIdentity);

        Assert.Equal(relay.Identity.Ed25519Identity, proved);
    }

    [Fact]
    public async Task Somebody_else_at_its_address_proves_nothing()
    {
        await using LoopbackRelay relay = LoopbackRelay.Start();
        await using LoopbackRelay other = LoopbackRelay.Start();

        Assert.Null(await ProbeAsync(relay.Address, other.Identity.RsaIdentity));
    }

    [Fact]
    public async Task A_port_that_nobody_listens_on_proves_nothing()
    {
        LoopbackRelay relay = LoopbackRelay.Start();
        IPEndPoint address = relay.Address;
        await relay.DisposeAsync();

        Assert.Null(await ProbeAsync(address, relay.Identity.RsaIdentity));
    }

    [Fact]
    public async Task One_that_accepts_and_says_nothing_is_waited_for_until_the_caller_has_enough()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        using var enough = new CancellationTokenSource();

        Task<Ed25519Identity?> probing = _probe.ProbeAsync((IPEndPoint)silent.LocalEndpoint, new RsaIdentity(new byte[20]), enough.Token);
        using Socket accepted = await silent.AcceptSocketAsync();
        await enough.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => probing);
    }

    public void Dispose() => _connector.Dispose();

    private async Task<Ed25519Identity?> ProbeAsync(IPEndPoint address, RsaIdentity relay)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        return await _probe.ProbeAsync(address, relay, limit.Token);
    }
}
