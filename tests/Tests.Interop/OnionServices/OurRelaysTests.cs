using System.Globalization;
using Tunic.Tests.Interop.Support;

namespace Tunic.Tests.Interop.OnionServices;

/// <summary>A stock onion service, a stock client and one of ours that have no directory, introduction point or rendezvous point but `tunic tor`.</summary>
public sealed class OurRelaysTests
{
    private const int Visits = 5;
    private const int PageLength = 300_000;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    [Fact]
    public async Task A_stock_client_and_ours_visit_a_stock_service_through_directories_introduction_and_rendezvous_points_of_ours()
    {
        await using StockTorNetwork stock = await StockTorNetwork.StartAsync(new StockTorOptions { Relays = 0, Exits = 0, Clients = 0 });
        await using TunicTorNetwork ours = await TunicTorNetwork.StartAsync(new TunicTorOptions
        {
            Authorities = 0,
            Relays = 4,
            Exits = 2,
            ForeignAuthorities = stock.DirAuthorityLines,
            Bandwidths = stock.Bandwidths,
        });
        string[] relays = [.. ours.Relays.Concat(ours.Exits).Select(relay => relay.Fingerprint)];
        await LetOnlyTheseBeDirectoriesAsync(stock, relays);

        await using LoopbackHttpServer server = LoopbackHttpServer.Start();
        string[] lines = [$"ExcludeNodes ${stock.Authorities[0].Fingerprint}"];
        string serviceDirectory = Path.Combine(stock.DirectoryPath, "service");
        StockTorNode service = stock.Add(
            StockTorRole.Client,
            [.. lines, $"HiddenServiceDir {serviceDirectory}", string.Create(CultureInfo.InvariantCulture, $"HiddenServicePort 80 127.0.0.1:{server.Port}")]);
        StockTorNode client = stock.Add(StockTorRole.Client, lines);
        TunicTorNode visitor = ours.AddClient(lines);
        await using TorControl events = await service.ControlAsync();
        await events.SendAsync("SETEVENTS HS_DESC");
        await Task.WhenAll(service.WaitForBootstrapAsync(Limit), client.WaitForBootstrapAsync(Limit), visitor.WaitForBootstrapAsync(Limit));
        string address = (await File.ReadAllTextAsync(Path.Combine(serviceDirectory, "hostname"), TestContext.Current.CancellationToken)).Trim();
        await WaitUntilPublishedAsync(events, relays.Length);

        byte[] content = LoopbackHttpServer.Content(PageLength);
        string[] host = ["--header", $"Host: {new Uri(server.Url("/")).Authority}"]; // the server answers to no other name
        for (int visit = 1; visit <= Visits; visit++)
        {
            string url = string.Create(CultureInfo.InvariantCulture, $"http://{address}/bytes/{PageLength}");
            foreach (int port in new[] { client.SocksPort, visitor.SocksPort })
            {
                CurlResult page = await Curl.ThroughSocks5(port, $"visit{visit}", limit: Limit).GetAsync(url, host); // a circuit of its own
                Assert.True(page.HttpStatus == 200, $"visit {visit}: {page.Output}");
                Assert.Equal(content, page.Body);
            }
        }

        CurlResult posted = await Curl.ThroughSocks5(client.SocksPort, "post", limit: Limit).PostAsync($"http://{address}/echo", content, host);
        Assert.True(posted.HttpStatus == 200, posted.Output);
        Assert.Equal(content, posted.Body);
        await AssertLastHopsAsync(client, "HS_CLIENT_REND", relays);
        await AssertLastHopsAsync(service, "HS_SERVICE_INTRO", relays);
        await AssertLastHopsAsync(service, "HS_SERVICE_REND", relays);
    }

    private static async Task LetOnlyTheseBeDirectoriesAsync(StockTorNetwork stock, string[] relays)
    {
        await using (TorControl control = await stock.Authorities[0].ControlAsync())
        {
            await control.SendAsync($"SETCONF TestingDirAuthVoteHSDir=\"{string.Join(',', relays)}\" TestingDirAuthVoteHSDirIsStrict=1");
        }

        var directory = new StockDirectory(stock.Authorities[0].DirectoryUri);
        await Deadline.UntilAsync("a consensus in which only our relays are onion service directories", Limit, async () =>
        {
            IReadOnlyDictionary<string, IReadOnlyList<string>> flags = await directory.GetFlagsAsync();
            return relays.All(relay => flags.TryGetValue(relay, out IReadOnlyList<string>? its) && its.Contains("HSDir"))
                && !flags[stock.Authorities[0].Fingerprint].Contains("HSDir");
        });
    }

    /// <summary>All directories have it: a stock client that is told "not found" does not ask the same one again for a quarter of an hour.</summary>
    private static async Task WaitUntilPublishedAsync(TorControl events, int directories)
    {
        var asked = new HashSet<string>();
        while (asked.Count < directories)
        {
            string uploaded = await events.WaitForEventAsync(line => line.StartsWith("HS_DESC UPLOADED ", StringComparison.Ordinal));
            asked.Add(uploaded.Split(' ')[4]);
        }
    }

    /// <summary>The circuits that a node itself says it has.</summary>
    private static async Task AssertLastHopsAsync(StockTorNode node, string purpose, string[] relays)
    {
        await using TorControl control = await node.ControlAsync();
        string[][] paths =
        [
            .. (await control.GetInfoAsync("circuit-status")).Split('\n')
                .Where(line => line.Contains(" BUILT ", StringComparison.Ordinal) && line.Contains($"PURPOSE={purpose}", StringComparison.Ordinal))
                .Select(line => line.Split(' ')[2].Split(',').Select(hop => hop[1..41]).ToArray()),
        ];
        Assert.True(paths.Length > 0, $"no circuit with purpose {purpose}");
        Assert.All(paths, path => Assert.Contains(path[^1], relays));
    }
}
