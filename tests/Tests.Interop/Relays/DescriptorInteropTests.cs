using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Tunic.Primitives.Storage;
using Tunic.Primitives.Time;
using Tunic.Tests.Interop.Support;
using Tunic.Tor.Network.NetworkDirectory;
using Tunic.Tor.Relay.Descriptors;
using Tunic.Tor.Relay.Keys;

namespace Tunic.Tests.Interop.Relays;

/// <summary>A stock authority takes our descriptors, and says in its own words why it does not take others.</summary>
public sealed class DescriptorInteropTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_stock_authority_takes_and_serves_our_descriptor_and_refuses_a_changed_pair_of_keys()
    {
        await using StockTorNetwork network = await StockTorNetwork.StartAsync(new StockTorOptions { Authorities = 1, Relays = 0, Exits = 0, Clients = 0 });
        DirectoryAuthority authority = PublishedRelay.AuthorityOf(network.Authorities[0]);
        var directory = new StockDirectory(network.Authorities[0].DirectoryUri);
        var store = new MemoryStateStore();
        using RelayKeys keys = await LoadAsync(store);
        var publisher = new DescriptorPublisher(new DescriptorPublisherEnvironment
        {
            Keys = keys,
            Options = () => Options,
            Measure = () => new RelayMeasurements { BandwidthObserved = 1_000_000 },
            Authorities = [authority],
            Client = new DirectoryPortClient(TimeSpan.FromSeconds(10), TimeProvider.System),
            IsTestNetwork = true,
            Log = NullLogger.Instance,
        });
        using var stop = new CancellationTokenSource();
        Task running = publisher.RunAsync(stop.Token);

        byte[]? served = null;
        await Deadline.UntilAsync("the authority serves our descriptor", TimeSpan.FromSeconds(20), async () =>
            (served = await directory.TryGetAsync($"tor/server/fp/{keys.RsaIdentity}")) is not null);
        byte[]? extra = await directory.TryGetAsync($"tor/extra/d/{publisher.Current!.Descriptor.Declaration.ExtraInfoDigest}");
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);

        Assert.Equal(publisher.Current.Descriptor.Text.ToArray(), served);
        Assert.Equal(publisher.Current.ExtraInfo.Text.ToArray(), extra);
        await RequireRefusalOfOtherKeysAsync(store, authority);
    }

    private static RelayDescriptorOptions Options => new()
    {
        Nickname = "ours",
        Contact = "test@example.invalid",
        Address = IPAddress.Loopback,
        OnionRouterPort = 9,
    };

    /// <summary>The authority has pinned the pair of identities: a new Ed25519 key beside the old RSA key is refused.</summary>
    private static async Task RequireRefusalOfOtherKeysAsync(MemoryStateStore store, DirectoryAuthority authority)
    {
        foreach (string name in await store.ListAsync("keys/ed25519", Cancel))
        {
            await store.DeleteAsync(name, Cancel);
        }

        using RelayKeys changed = await LoadAsync(store);
        RelayDescriptorDocuments documents = RelayDescriptorBuilder.Build(Options, new RelayMeasurements(), changed.Current.Descriptor, DateTime.UtcNow);
        DirectoryResponse response = await new DirectoryPortClient(TimeSpan.FromSeconds(10), TimeProvider.System)
            .SendAsync(authority, new DirectoryRequest("/tor/") { Body = documents.ToUpload() }, Cancel);
        Assert.Equal(400, response.Status);
        Assert.Equal("Looks like your keypair has changed? This authority previously recorded a different RSA identity for this Ed25519 identity (or vice versa.) Did you replace or copy some of your key files, but not the others? You should either restore the expected keypair, or delete your keys and restart Tor to start your relay with a new identity.", response.Reason);
    }

    private static Task<RelayKeys> LoadAsync(MemoryStateStore store) =>
        RelayKeys.LoadAsync(store, new RelayKeyOptions(), SystemRandomSource.Instance, DateTime.UtcNow, Cancel);
}
