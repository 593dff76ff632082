using Tunic.Tests.Interop.Support;

namespace Tunic.Tests.Interop.Networks;

/// <summary>A network of stock relays and a stock client whose only authority is `tunic tor`.</summary>
public sealed class SoleAuthorityTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    /// <summary>How soon a client has to be of use again when a relay that it used has died.</summary>
    private static readonly TimeSpan RecoveryLimit = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Stock_relays_and_clients_live_under_it_and_a_relay_that_is_killed_is_left_behind_by_our_client_and_by_a_restarted_authority()
    {
        await using TunicTorNetwork ours = await TunicTorNetwork.StartAsync(new TunicTorOptions());
        TunicTorNode authority = ours.Authorities[0];
        await using StockTorNetwork stock = await StockTorNetwork.StartAsync(new StockTorOptions
        {
            Authorities = 0,
            Relays = 3,
            Exits = 2,
            ForeignAuthorities = ours.DirAuthorityLines,
            Bandwidths = ours.Bandwidths,
        });
        TunicTorNode client = ours.AddClient();
        await client.WaitForBootstrapAsync(Limit);
        await using LoopbackHttpServer server = LoopbackHttpServer.Start();
        Curl throughStock = Curl.ThroughSocks5(stock.Clients[0].SocksPort);
        await AssertFetchesAsync(throughStock, server);
        await AssertFlagsAsync(authority, stock);

        StockTorNode gone = await KillExitInUseAsync(client, stock, server);
        await AssertFetchesAsync(Curl.ThroughSocks5(client.SocksPort, "user", "secret", RecoveryLimit), server);

        // A relay is Running for 45 minutes after the last test that reached it. An authority that starts again tests all it knows.
        await authority.RestartAsync();
        HashSet<string> living = [.. stock.Relays.Concat(stock.Exits).Where(relay => relay != gone).Select(relay => relay.Fingerprint)];
        await Deadline.UntilAsync("a consensus in which all run but the one that is gone", Limit, async () =>
        {
            IReadOnlySet<string> running = await authority.Directory.GetRunningRelaysAsync();
            return running.IsSupersetOf(living) && !running.Contains(gone.Fingerprint);
        });
        await AssertFetchesAsync(throughStock, server);
    }

    /// <summary>Kills the exit of our client's circuit while a page comes through it.</summary>
    private static async Task<StockTorNode> KillExitInUseAsync(TunicTorNode client, StockTorNetwork stock, LoopbackHttpServer server)
    {
        StockTorNode exit = await ExitInUse.FindAsync(client.SocksPort, "user", server, stock.Exits);
        int requests = server.Requests;
        Task<CurlResult> fetching = Curl.ThroughSocks5(client.SocksPort, "user", "secret").GetAsync(server.Url("/slow/100000/100"));
        await Deadline.UntilAsync("the page is on its way", Limit, () => Task.FromResult(server.Requests > requests));

        await exit.Process.KillAsync();

        Assert.NotEqual(0, (await fetching).ExitCode);
        return exit;
    }

    private static async Task AssertFetchesAsync(Curl curl, LoopbackHttpServer server)
    {
        CurlResult page = await curl.GetAsync(server.Url("/bytes/300000"));

        Assert.True(page.HttpStatus == 200, page.Output);
        Assert.Equal(LoopbackHttpServer.Content(300_000), page.Body);
    }

    private static async Task AssertFlagsAsync(TunicTorNode authority, StockTorNetwork stock)
    {
        IReadOnlyDictionary<string, IReadOnlyList<string>> flags = await authority.Directory.GetFlagsAsync();

        Assert.Contains("Authority", flags[authority.Fingerprint]);
        Assert.All(stock.Relays.Concat(stock.Exits), relay =>
            Assert.Superset(new HashSet<string> { "Fast", "Guard", "Running", "Valid", "V2Dir" }, flags[relay.Fingerprint].ToHashSet()));
        Assert.All(stock.Exits, exit => Assert.Contains("Exit", flags[exit.Fingerprint]));
        Assert.All(stock.Relays, relay => Assert.DoesNotContain("Exit", flags[relay.Fingerprint]));
    }
}
