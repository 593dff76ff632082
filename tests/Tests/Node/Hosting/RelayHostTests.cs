using System.Net;
using Tunic.Node.Hosting;
using Tunic.Node.Logging;
using Tunic.Primitives.Storage;
using Tunic.Tests.Tor.Protocol.Documents;
using Tunic.Tests.TorRelay;
using Tunic.Tor.Client;
using Tunic.Tor.Network.NetworkDirectory;
using Tunic.Tor.Relay;
using Tunic.Tor.Relay.Descriptors;

namespace Tunic.Tests.Node.Hosting;

public sealed class RelayHostTests
{
    private readonly MemoryStateStore _files = new();
    private readonly ManualTime _time = new(StockNetwork.Now);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_relay_that_is_started_over_a_full_cache_knows_the_network_before_anything_is_fetched(bool isFull)
    {
        if (isFull)
        {
            await _files.WriteAsync("cached-certs", StockNetwork.Read("certificates"), Cancel);
            await _files.WriteAsync("cached-microdesc-consensus", StockNetwork.Read("consensus-microdesc-1"), Cancel);
            await _files.WriteAsync("cached-microdescs", StockNetwork.Read("microdescriptors"), Cancel);
        }

        using var log = new NodeLog(_time);
        using var environment = new NodeEnvironment(log, _time);
        var profile = new NetworkProfile { Name = "captured", IsPrivate = true, Authorities = [.. StockNetwork.Authorities.Select(Name)] };
        await using var client = new TorClient(profile, new ClientOptions(), environment.Connector, _files, environment.Channels);
        await client.LoadAsync(Cancel);
        await using RelayHost relay = await RelayHost.CreateAsync(CreateSettings(), profile, _files, environment, Cancel);
        Assert.False(relay.Relays.IsKnown);

        relay.Start(client); // the client is not started: nobody fetches

        Assert.Equal(isFull, relay.Relays.IsKnown);
        Assert.All(
            isFull ? StockNetwork.ReadConsensus("consensus-microdesc-1").Relays : [],
            listed => Assert.NotNull(relay.Relays.Find(listed.Identity)));
    }

    [Fact]
    public async Task What_changes_while_a_relay_runs_is_said_in_a_new_descriptor()
    {
        using var log = new NodeLog(_time);
        using var environment = new NodeEnvironment(log, _time);
        var profile = new NetworkProfile { Name = "captured", IsPrivate = true, Authorities = [.. StockNetwork.Authorities.Select(Name)] };
        RelaySettings settings = CreateSettings() with { DirectoryPorts = [new IPEndPoint(IPAddress.Loopback, 0)] };
        await using RelayHost relay = await RelayHost.CreateAsync(settings, profile, _files, environment, Cancel);

        relay.Reconfigure(settings with
        {
            Relay = settings.Relay with { BandwidthRate = 100_000, BandwidthBurst = 100_000, OrPorts = [] },
            Descriptor = settings.Descriptor with { Nickname = "changed", Contact = "me" },
        });

        Assert.Equal(("changed", "me", IPAddress.Loopback), (relay.Descriptor.Nickname, relay.Descriptor.Contact, relay.Descriptor.Address));
        Assert.False(settings.Descriptor.SaysTheSameAs(relay.Descriptor));
        Assert.True(settings.Descriptor.SaysTheSameAs(settings.Descriptor with { Family = [.. settings.Descriptor.Family] }));
        relay.Node.Environment.Bandwidth.OnWritten(300_000, isLimited: true);
        Assert.False(relay.Node.Environment.Bandwidth.WaitToWriteAsync().AsTask().IsCompleted);
    }

    private static DirectoryAuthority Name(Tunic.Primitives.Keys.RsaIdentity identity)
    {
        var nowhere = new IPEndPoint(IPAddress.Loopback, 1);
        return new DirectoryAuthority("authority", identity, identity, nowhere, nowhere);
    }

    private static RelaySettings CreateSettings() => new()
    {
        Relay = new RelayOptions { OrPorts = [new IPEndPoint(IPAddress.Loopback, 0)] },
        Descriptor = new RelayDescriptorOptions { Address = IPAddress.Loopback, OnionRouterPort = 0, IsTunnelledDirectoryServer = false },
        Publishes = false,
        AssumesReachable = (true, true),
        IsTestNetwork = true,
    };
}
