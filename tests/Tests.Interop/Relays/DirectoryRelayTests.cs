using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Tunic.Primitives.Keys;
using Tunic.Primitives.Storage;
using Tunic.Tests.Interop.Support;
using Tunic.Tor.Network.NetworkDirectory;
using Tunic.Tor.Relay.DirectoryCache;
using Tunic.Tor.Relay.DirectoryCache.Mirroring;
using Tunic.Tor.Relay.DirectoryCache.Serving;

namespace Tunic.Tests.Interop.Relays;

/// <summary>Our relay as a directory of a stock network: it mirrors the authority, and stock clients need no other.</summary>
public sealed class DirectoryRelayTests
{
    [Fact]
    public async Task A_stock_client_bootstraps_with_our_relay_as_its_only_directory_and_learns_the_next_consensus_by_a_difference()
    {
        await using StockTorNetwork network = await StockTorNetwork.StartAsync(new StockTorOptions { Clients = 0, InfoLog = true });
        await using MirroringRelay ours = await MirroringRelay.StartAsync(network);
        await network.WaitForConsensusWithAsync([ours.Relay.Fingerprint]);
        await Deadline.UntilAsync(
            "our relay knows a consensus that lists it",
            TimeSpan.FromSeconds(40),
            () => Task.FromResult(ours.Mirror.MicrodescriptorConsensus?.Relays.Any(relay => relay.Identity.ToString() == ours.Relay.Fingerprint) == true));

        StockTorNode client = network.Add(
            StockTorRole.Client,
            string.Create(CultureInfo.InvariantCulture, $"FallbackDir 127.0.0.1:1 orport={ours.Relay.Node.OrPorts[0].Port} id={ours.Relay.Fingerprint}"),
            "UseDefaultFallbackDirs 0",
            "DirAuthorityFallbackRate 0", // else the authority is one fallback of two
            "ClientBootstrapConsensusAuthorityDownloadInitialDelay 3600",
            $"EntryNodes {ours.Relay.Fingerprint}",
            "StrictNodes 1");
        await client.WaitForBootstrapAsync(TimeSpan.FromSeconds(60));

        Assert.Contains(ours.Asked, path => path.StartsWith("/tor/status-vote/current/consensus-microdesc", StringComparison.Ordinal));
        Assert.Contains(ours.Asked, path => path.StartsWith("/tor/micro/d/", StringComparison.Ordinal));
        Assert.Contains(ours.Asked, path => path.StartsWith("/tor/keys/", StringComparison.Ordinal));
        IReadOnlyList<string> flags = (await new StockDirectory(network.Authorities[0].DirectoryUri).GetFlagsAsync())[ours.Relay.Fingerprint];
        Assert.Superset(new HashSet<string> { "Fast", "Guard", "Running", "Stable", "V2Dir", "Valid" }, flags.ToHashSet());
        string log = Path.Combine(client.DataDirectory, "info.log");
        await Deadline.UntilAsync(
            "the client applies a difference",
            TimeSpan.FromSeconds(90),
            async () => (await File.ReadAllTextAsync(log)).Contains("Applied consensus diff", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Our_mirror_follows_a_stock_authority_from_consensus_to_consensus()
    {
        await using StockTorNetwork network = await StockTorNetwork.StartAsync(new StockTorOptions { Relays = 2, Exits = 1, Clients = 0 });
        await using MirroringRelay ours = await MirroringRelay.StartAsync(network);
        var seen = new HashSet<DateTime>();
        await Deadline.UntilAsync("three consensuses with all their documents", TimeSpan.FromSeconds(60), () =>
        {
            DirectorySnapshot documents = ours.Store.Current;
            if (ours.Mirror.UnflavoredConsensus is { } plain && ours.Mirror.MicrodescriptorConsensus is { } small
                && plain.Relays.All(relay => documents.Descriptors.ContainsKey(relay.DescriptorDigest))
                && plain.Relays.All(relay => documents.ExtraInfos.ContainsKey(documents.Descriptors[relay.DescriptorDigest].ExtraInfoDigest))
                && small.Relays.All(relay => documents.Microdescriptors.ContainsKey(relay.MicrodescriptorDigest)))
            {
                seen.Add(plain.ValidAfter);
            }

            return Task.FromResult(seen.Count >= 3);
        });
    }

    /// <summary>A relay of ours with a mirror, which notes what it is asked.</summary>
    private sealed class MirroringRelay : IDirectoryHandler, IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private Task _mirroring = Task.CompletedTask;

        public DirectoryStore Store { get; } = new(new DirectoryStoreOptions());

        public ConcurrentQueue<string> Asked { get; } = new();

        public PublishedRelay Relay { get; private set; } = null!;

        public DirectoryMirror Mirror { get; private set; } = null!;

        public static async Task<MirroringRelay> StartAsync(StockTorNetwork network)
        {
            var ours = new MirroringRelay();
            ours.Mirror = new DirectoryMirror(new DirectoryMirrorEnvironment
            {
                Store = ours.Store,
                Files = new MemoryStateStore(),
                Authorities = [.. network.Authorities.Select((node, index) => TrustedAuthorityOf(node, network.DirAuthorityLines[index]))],
                Client = new DirectoryPortClient(TimeSpan.FromSeconds(10), TimeProvider.System),
                FetchesExtraInfo = true,
                Log = NullLogger.Instance,
            });
            var connection = new DirectoryConnection(new DirectoryServer(ours.Store, new DirectoryServerOptions { Handlers = [ours] }));
            ours.Relay = await PublishedRelay.StartAsync(network, "ourdir", directory: connection.ServeAsync);
            ours._mirroring = ours.Mirror.RunAsync(ours._stop.Token);
            return ours;
        }

        public ValueTask<DirectoryAnswer?> HandleAsync(DirectoryQuery query, CancellationToken cancel)
        {
            Asked.Enqueue(query.Path);
            return ValueTask.FromResult<DirectoryAnswer?>(null);
        }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _mirroring.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await Relay.DisposeAsync();
            _stop.Dispose();
        }

        private static DirectoryAuthority TrustedAuthorityOf(StockTorNode node, string line)
        {
            string identity = line.Split(' ').Single(word => word.StartsWith("v3ident=", StringComparison.Ordinal))["v3ident=".Length..];
            Assert.True(RsaIdentity.TryParseHex(identity, out RsaIdentity v3));
            return PublishedRelay.AuthorityOf(node) with { V3Identity = v3 };
        }
    }
}
