using System.Collections.Concurrent;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Tunic.Primitives.Storage;
using Tunic.Primitives.Time;
using Tunic.Tests.Simulation;
using Tunic.Tests.Tor.Protocol.Documents;
using Tunic.Tor.Network.NetworkDirectory;
using Tunic.Tor.Protocol.Documents.Consensuses;
using Tunic.Tor.Relay.DirectoryCache;
using Tunic.Tor.Relay.DirectoryCache.Mirroring;
using Tunic.Tor.Relay.DirectoryCache.Serving;

namespace Tunic.Tests.TorRelay.DirectoryCache;

public sealed class DirectoryMirrorTests : IAsyncDisposable
{
    private readonly ManualTime _time = new(StockNetwork.ReadConsensus("consensus-1").ValidAfter.AddSeconds(1));
    private readonly MemoryDirectories _directories = new();
    private readonly FailingStateStore _files = new(new MemoryStateStore());
    private readonly DirectoryStore _source = StockStore.Create("1");
    private readonly DirectoryStore _store = new(new DirectoryStoreOptions());
    private readonly ConcurrentQueue<Consensus> _consensuses = new();
    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_empty_mirror_gets_everything_and_keeps_it()
    {
        Start(Good(), Good(), Good());
        await WaitForIdleAsync();

        Assert.Equal(2, _consensuses.Count);
        Assert.Equal(StockNetwork.Read("consensus-1"), _store.Current.UnflavoredConsensus!.Text.Text.ToArray());
        Assert.Equal(StockNetwork.Read("consensus-microdesc-1"), _store.Current.MicrodescriptorConsensus!.Text.Text.ToArray());
        Consensus plain = StockNetwork.ReadConsensus("consensus-1");
        Assert.All(plain.Relays, relay => Assert.Contains(relay.DescriptorDigest, _store.Current.Descriptors.Keys));
        Assert.All(StockNetwork.ReadConsensus("consensus-microdesc-1").Relays, relay => Assert.Contains(relay.MicrodescriptorDigest, _store.Current.Microdescriptors.Keys));
        Assert.All(plain.Relays, relay => Assert.Contains(_store.Current.Descriptors[relay.DescriptorDigest].ExtraInfoDigest, _store.Current.ExtraInfos.Keys));
        Assert.Equal(6, (await _files.ListAsync("cached-", Cancel)).Count);
    }

    [Fact]
    public async Task A_restart_asks_for_nothing_that_is_on_disk()
    {
        await new DirectoryFiles(_files, NullLogger.Instance).SaveAsync(_source.Current, Cancel);
        Start(Good(), Good(), Good());
        await WaitForIdleAsync();
        Assert.Equal(2, _consensuses.Count);
        Assert.Empty(_directories.Asked);
    }

    [Fact]
    public async Task The_next_consensus_comes_as_a_difference_in_the_first_half_of_its_interval()
    {
        Start(Good(), Good(), Good());
        await WaitForIdleAsync();
        StockStore.PutConsensuses(_source, "2");
        _directories.Asked.Clear();
        Consensus first = StockNetwork.ReadConsensus("consensus-1");
        TimeSpan interval = first.FreshUntil - first.ValidAfter;

        _time.Advance(first.FreshUntil - _time.Now);
        await WaitForIdleAsync();
        Assert.Empty(_directories.Asked);
        for (int step = 0; step < 20; step++)
        {
            _time.Advance(interval / 20);
            await WaitForIdleAsync();
        }

        Assert.Equal(4, _consensuses.Count);
        Assert.Equal(StockNetwork.Read("consensus-2"), _store.Current.UnflavoredConsensus!.Text.Text.ToArray());
        Assert.Equal(StockNetwork.Read("consensus-microdesc-2"), _store.Current.MicrodescriptorConsensus!.Text.Text.ToArray());
        Assert.Contains(_directories.Asked, asked => asked.EndsWith(first.SignedSha3.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_full_disk_does_not_end_it_and_is_tried_again()
    {
        _files.IsFailing = true;
        Start(Good(), Good(), Good());
        await WaitForIdleAsync();
        Assert.Equal(2, _consensuses.Count);
        Assert.Empty(await _files.ListAsync("cached-", Cancel));

        _files.IsFailing = false;
        _time.Advance(TimeSpan.FromMinutes(1));
        await WaitForIdleAsync();
        Assert.Equal(6, (await _files.ListAsync("cached-", Cancel)).Count);
    }

    [Fact]
    public async Task An_authority_that_lies_or_is_away_is_passed_over()
    {
        _directories.Alter = (name, answer) => name == "authority1"
            ? Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(answer).Replace("Running", "Runnin6", StringComparison.Ordinal))
            : answer;
        Start(null, Uncompressed(), Good());
        await WaitForIdleAsync();
        Assert.Equal(2, _consensuses.Count);
        Assert.Equal(StockNetwork.Read("consensus-1"), _store.Current.UnflavoredConsensus!.Text.Text.ToArray());
    }

    [Fact]
    public async Task When_nobody_answers_the_pauses_grow()
    {
        Start(null, null, null);
        await WaitForIdleAsync();
        int before = _directories.Asked.Count;
        for (int second = 0; second < 3_600; second += 10)
        {
            _time.Advance(TimeSpan.FromSeconds(10));
            await WaitForIdleAsync();
        }

        Assert.InRange((_directories.Asked.Count - before) / 3, 20, 120); // each try asks three authorities; 720 without growth
        Assert.Empty(_consensuses);
    }

    [Fact]
    public async Task Too_few_signatures_of_trusted_authorities_are_not_enough()
    {
        DirectoryAuthority[] others = [.. Enumerable.Range(0, 4).Select(number => _directories.Add($"other{number}", default, null))];
        Run([.. StockNetwork.Authorities.Select((identity, index) => _directories.Add($"authority{index}", identity, Good())), .. others]);
        await WaitForIdleAsync();
        Assert.Empty(_consensuses);
        Assert.Null(_store.Current.UnflavoredConsensus);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private DirectoryServer Good() => new(_source, new DirectoryServerOptions { Time = new ClockOnly(_time) });

    /// <summary>Answers without encoding, so that a test can change the text.</summary>
    private DirectoryServer Uncompressed() => new(_source, new DirectoryServerOptions { Time = new ClockOnly(_time), Handlers = [new Unencoded(Good())] });

    private void Start(params DirectoryServer?[] servers) =>
        Run([.. StockNetwork.Authorities.Select((identity, index) => _directories.Add($"authority{index}", identity, servers[index]))]);

    private void Run(DirectoryAuthority[] authorities)
    {
        var mirror = new DirectoryMirror(new DirectoryMirrorEnvironment
        {
            Store = _store,
            Files = _files,
            Authorities = authorities,
            Client = _directories,
            OnConsensus = _consensuses.Enqueue,
            FetchesExtraInfo = true,
            DocumentsPerRequest = 2,
            Random = new SeededRandomSource(4),
            Time = _time,
            Log = NullLogger.Instance,
        });
        _running = mirror.RunAsync(_stop.Token);
    }

    private async Task WaitForIdleAsync()
    {
        while (_time.Waiting == 0)
        {
            Cancel.ThrowIfCancellationRequested();
            if (_running.IsCompleted)
            {
                await _running;
            }

            await Task.Yield();
        }
    }

    /// <summary>The servers' timers must not count as the mirror waiting.</summary>
    private sealed class ClockOnly(ManualTime time) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => time.GetUtcNow();
    }

    private sealed class Unencoded(DirectoryServer inner) : IDirectoryHandler
    {
        public async ValueTask<DirectoryAnswer?> HandleAsync(DirectoryQuery query, CancellationToken cancel) =>
            await inner.HandleAsync(query with { Accepted = DirectoryEncoding.Identity }, cancel);
    }
}
