using System.Net;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Tunic.Primitives.Time;
using Tunic.Tests.Interop.Support;
using Tunic.Tor.Network.Channels;
using Tunic.Tor.Protocol.Documents.Authorities;
using Tunic.Tor.Protocol.Documents.Consensuses;
using Tunic.Tor.Protocol.Documents.Descriptors;
using Tunic.Tor.Protocol.Documents.Microdescriptors;
using Tunic.Tor.Relay.DirectoryCache;
using Tunic.Tor.Relay.DirectoryCache.Serving;

namespace Tunic.Tests.Interop.Relays;

/// <summary>Our directory port and a stock authority's, with the same documents, give the same answers.</summary>
public sealed class DirectoryPortInteropTests
{
    private static readonly string Zeros = new('0', 40);

    [Fact]
    public async Task Every_url_is_answered_as_by_a_stock_authority()
    {
        await using StockTorNetwork network = await StockTorNetwork.StartAsync(
            new StockTorOptions { Relays = 0, Exits = 0, Clients = 0, VotingInterval = TimeSpan.FromSeconds(20) });
        StockTorNode[] relays = [network.Add(StockTorRole.Relay), network.Add(StockTorRole.Relay), network.Add(StockTorRole.Exit)];
        await Task.WhenAll(relays.Select(relay => relay.ReadFingerprintAsync(TimeSpan.FromSeconds(20))));
        await network.WaitForConsensusWithAsync([.. relays.Select(relay => relay.Fingerprint)]);
        await Task.WhenAll(relays.Select(relay => relay.Process.KillAsync())); // what they have uploaded stays as it is from here on
        int stock = network.Authorities[0].DirPort;
        var directory = new StockDirectory(network.Authorities[0].DirectoryUri);
        var store = new DirectoryStore(new DirectoryStoreOptions());
        await CopyAsync(directory, store);
        using DirectoryPortListener listener = DirectoryPortListener.Bind(
            new IPEndPoint(IPAddress.Loopback, 0),
            new DirectoryServer(store, new DirectoryServerOptions()),
            new ConnectionLimits(new ConnectionLimitOptions { MaxConnections = 10 }, IPAddress.IsLoopback, SystemRandomSource.Instance),
            _ => true,
            NullLogger.Instance);
        using var stop = new CancellationTokenSource();
        Task serving = listener.RunAsync(stop.Token);

        var differences = new StringBuilder();
        foreach (string request in Requests(store, relays[0].Fingerprint))
        {
            (RawHttp expected, RawHttp ours) = await AskBothAsync(stock, listener.Address.Port, request);
            if (!IsSame(request, expected, ours))
            {
                // The authority may have made the next consensus, and a descriptor of its own, since.
                await CopyAsync(directory, store);
                (expected, ours) = await AskBothAsync(stock, listener.Address.Port, request);
            }

            if (!IsSame(request, expected, ours))
            {
                differences.Append($"{request.Trim()}\nstock: {expected.TimelessHead}\n({expected.Text.Length} characters)\nours: {ours.TimelessHead}\n({ours.Text.Length} characters)\n\n");
            }
        }

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => serving);
        Assert.True(differences.Length == 0, differences.ToString());
    }

    private static async Task<(RawHttp Stock, RawHttp Ours)> AskBothAsync(int stock, int ours, string request) =>
        (await RawHttp.SendAsync(stock, request), await RawHttp.SendAsync(ours, request));

    private static bool IsSame(string request, RawHttp stock, RawHttp ours) =>
        stock.TimelessHead == ours.TimelessHead && Sorted(request, stock.Text) == Sorted(request, ours.Text);

    /// <summary>Lists of everything come in no particular order; a stock authority sends a blank line after its own descriptor.</summary>
    private static string Sorted(string request, string text)
    {
        string lines = text.Replace("-----\n\n", "-----\n", StringComparison.Ordinal);
        return request.Contains("/all", StringComparison.Ordinal) ? string.Join('\n', lines.Split('\n').Order(StringComparer.Ordinal)) : lines;
    }

    private static IEnumerable<string> Requests(DirectoryStore store, string fingerprint)
    {
        DirectorySnapshot documents = store.Current;
        string digests = string.Join('+', documents.Descriptors.Keys);
        string extras = string.Join('+', documents.ExtraInfos.Keys);
        string relays = string.Join('+', documents.NewestDescriptors.Keys);
        string micros = string.Join('-', documents.Microdescriptors.Keys.Select(digest => digest.ToBase64()));
        AuthorityKeyId key = documents.Certificates.Keys.Single();
        string signer = key.Identity.ToString()[..6];
        string[] paths =
        [
            "consensus", "consensus-microdesc", "consensus-ns", "consensus-odd", $"consensus/{signer}", $"consensus-microdesc/{signer}",
            $"consensus-microdesc/{signer}+111111", "consensus-microdesc/111111", "consensus-microdesc/", $"consensus-microdesc/diff/{new string('0', 64)}",
            "consensus-microdesc/diff/xyz", $"consensus/diff/{documents.UnflavoredConsensus!.SignedSha3}/{signer}",
        ];
        string[] urls =
        [
            .. paths.Select(path => "/tor/status-vote/current/" + path),
            "/tor/server/all", $"/tor/server/d/{digests}", $"/tor/server/fp/{relays}", $"/tor/server/fp/{fingerprint}", $"/tor/server/fp/{fingerprint.ToLowerInvariant()}",
            $"/tor/server/d/{Zeros}", $"/tor/server/fp/{Zeros}+{fingerprint}+{fingerprint}+12", $"/tor/server/fp/{Zeros}", "/tor/server/fp/", "/tor/server/", "/tor/server/x",
            "/tor/extra/all", $"/tor/extra/d/{extras}", $"/tor/extra/fp/{relays}", $"/tor/extra/d/{Zeros}", "/tor/extra/",
            $"/tor/micro/d/{micros}", $"/tor/micro/d/{new string('A', 43)}", "/tor/micro/d/", "/tor/micro/",
            "/tor/keys/all", $"/tor/keys/fp/{key.Identity}", $"/tor/keys/sk/{key.SigningKeyDigest}", $"/tor/keys/fp-sk/{key}", $"/tor/keys/fp/{Zeros}",
            $"/tor/keys/fp-sk/{Zeros}-{Zeros}+{key}", "/tor/keys/fp-sk/x", "/tor/keys/", "/tor/keys/odd",
            "/tor/", "/", "/tor/robots.txt", "/robots.txt", "/tor/nothing", "/tor/status-vote/next/nothing",
        ];
        foreach (string url in urls)
        {
            yield return $"GET {url} HTTP/1.0\r\n\r\n";
            yield return $"GET {url}.z HTTP/1.0\r\n\r\n";
        }

        DateTime validAfter = documents.UnflavoredConsensus.ValidAfter;
        yield return $"GET /tor/status-vote/current/consensus HTTP/1.0\r\nIf-Modified-Since: {validAfter.AddSeconds(1):R}\r\n\r\n";
        yield return $"GET /tor/status-vote/current/consensus HTTP/1.0\r\nIf-Modified-Since: {validAfter:R}\r\n\r\n";
        yield return $"GET /tor/keys/all HTTP/1.0\r\nIf-Modified-Since: {DateTime.UtcNow.AddDays(1):R}\r\n\r\n";
        yield return $"GET /tor/status-vote/current/consensus HTTP/1.0\r\nX-Or-Diff-From-Consensus: {documents.UnflavoredConsensus.SignedSha3}\r\n\r\n";
        yield return "GET /tor/server/all HTTP/1.0\r\nAccept-Encoding: gzip\r\n\r\n";
        yield return "GET /tor/server/all HTTP/1.0\r\nAccept-Encoding: identity, deflate, gzip\r\n\r\n";
        yield return "GET http://127.0.0.1/tor/keys/all HTTP/1.1\r\nHost: x\r\n\r\n";
        yield return "GET /tor/keys/all HTTP/1.x\r\n\r\n";
        yield return "GET /tor/keys/all\r\n\r\n";
    }

    private static async Task CopyAsync(StockDirectory directory, DirectoryStore store)
    {
        store.AddCertificates(AuthorityCertificate.ParseList(await directory.TryGetAsync("tor/keys/all")));
        foreach (string name in new[] { "consensus", "consensus-microdesc" })
        {
            byte[] text = (await directory.TryGetAsync($"tor/status-vote/current/{name}"))!;
            Assert.True(Consensus.TryParse(text, out Consensus? consensus, out _));
            store.PutConsensus(consensus, text);
            if (consensus.Flavor == ConsensusFlavor.Microdescriptor)
            {
                string list = string.Join('-', consensus.Relays.Select(relay => relay.MicrodescriptorDigest.ToBase64()));
                store.AddMicrodescriptors(new MicrodescriptorParser().ParseList(await directory.TryGetAsync($"tor/micro/d/{list}")), consensus.ValidAfter);
            }
        }

        store.AddDescriptors(DescriptorSplitter.SplitRouterDescriptors(await directory.TryGetAsync("tor/server/all"))
            .Select(text => RouterDescriptor.TryParse(text, out RouterDescriptor? descriptor, out _) ? descriptor : null).OfType<RouterDescriptor>());
        store.AddExtraInfos(DescriptorSplitter.SplitExtraInfos(await directory.TryGetAsync("tor/extra/all"))
            .Select(text => ExtraInfo.TryParse(text, out ExtraInfo? extraInfo, out _) ? extraInfo : null).OfType<ExtraInfo>());
    }
}
