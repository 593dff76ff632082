using Tunic.Tests.Interop.Support;

namespace Tunic.Tests.Interop.Networks;

/// <summary>A stock authority and a stock client, and between them no relay or exit that is not `tunic tor`.</summary>
public sealed class StockAuthorityTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    [Fact]
    public async Task A_stock_client_learns_the_network_from_our_relays_and_leaves_it_through_three_of_them()
    {
        await using StockTorNetwork stock = await StockTorNetwork.StartAsync(new StockTorOptions { Relays = 0, Exits = 0, Clients = 0 });
        await using TunicTorNetwork ours = await TunicTorNetwork.StartAsync(new TunicTorOptions
        {
            Authorities = 0,
            Relays = 3,
            Exits = 2,
            ForeignAuthorities = stock.DirAuthorityLines,
            Bandwidths = stock.Bandwidths,
        });
        await stock.WaitForConsensusWithAsync([.. ours.Relays.Concat(ours.Exits).Select(relay => relay.Fingerprint)], Limit);
        await AssertFlagsAsync(stock, ours);

        StockTorNode client = stock.Add(StockTorRole.Client);
        await client.WaitForBootstrapAsync(Limit);
        await using LoopbackHttpServer server = LoopbackHttpServer.Start();
        Curl curl = Curl.ThroughSocks5(client.SocksPort);
        byte[] content = LoopbackHttpServer.Content(3_000_000);
        CurlResult page = await curl.GetAsync(server.Url("/bytes/3000000"));
        CurlResult posted = await curl.PostAsync(server.Url("/echo"), content);

        Assert.True(page.HttpStatus == 200, page.Output);
        Assert.Equal(content, page.Body);
        Assert.True(posted.HttpStatus == 200, posted.Output);
        Assert.Equal(content, posted.Body);
        await AssertPathsAsync(client, ours);
    }

    private static async Task AssertFlagsAsync(StockTorNetwork stock, TunicTorNetwork ours)
    {
        IReadOnlyDictionary<string, IReadOnlyList<string>> flags = await new StockDirectory(stock.Authorities[0].DirectoryUri).GetFlagsAsync();

        Assert.All(ours.Relays.Concat(ours.Exits), relay =>
            Assert.Superset(new HashSet<string> { "Fast", "Running", "V2Dir", "Valid" }, flags[relay.Fingerprint].ToHashSet()));
        Assert.All(ours.Exits, exit => Assert.Contains("Exit", flags[exit.Fingerprint]));
    }

    /// <summary>The circuits that the client itself says it used: three different hops, the last one an exit of ours. The authority may be a middle.</summary>
    private static async Task AssertPathsAsync(StockTorNode client, TunicTorNetwork ours)
    {
        await using TorControl control = await client.ControlAsync();
        string circuits = await control.GetInfoAsync("circuit-status");
        string[][] paths =
        [
            .. circuits.Split('\n').Where(line => line.Contains(" BUILT ", StringComparison.Ordinal) && line.Contains("PURPOSE=GENERAL", StringComparison.Ordinal))
                .Select(line => line.Split(' ')[2].Split(',').Select(hop => hop[1..41]).ToArray()).Where(path => path.Length == 3),
        ];

        Assert.NotEmpty(paths);
        Assert.All(paths, path => Assert.Contains(path[2], ours.Exits.Select(exit => exit.Fingerprint)));
        Assert.All(paths, path => Assert.Contains(path[0], ours.Relays.Concat(ours.Exits).Select(relay => relay.Fingerprint)));
    }
}
