using Tunic.Tests.Interop.Support;

namespace Tunic.Tests.Interop.Networks;

/// <summary>A network of stock relays and a stock client whose only authority is `tunic tor`.</summary>
public sealed class SoleAuthorityTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    /// <summary>How soon a client has to be of use again when a relay that it used has died.</summary>
    private static readonly TimeSpan RecoveryLimit = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Stock_relays_and_clients_live_under_it_and_relays_that_are_killed_are_left_behind_by_our_client_and_by_a_restarted_authority()
    {
        await using TunicTorNetwork ours = await TunicTorNetwork.StartAsync(new TunicTorOptions());
        TunicTorNode authority = ours.Authorities[0];
        await using StockTorNetwork stock = await StockTorNetwork.StartAsync(new StockTorOptions
        {
            Authorities = 0,
            Relays = 5, // two of them die
            Exits = 2,
            ForeignAuthorities = ours.DirAuthorityLines,
            Bandwidths = ours.Bandwidths,
        });
        TunicTorNode client = ours.AddClient();
        await client.WaitForBootstrapAsync(Limit);
        await using LoopbackHttpServer server = LoopbackHttpServer.Start();
        Curl throughStock = Curl.ThroughSocks5(stock.Clients[0].SocksPort);
        await AssertFetchesAsync(throughStock, server);
        await Deadline.UntilAsync("a consensus with every relay", Limit, async () =>
            (await authority.Directory.GetRunningRelaysAsync()).IsSupersetOf(stock.Relays.Concat(stock.Exits).Select(relay => relay.Fingerprint)));
        await AssertFlagsAsync(authority, stock);

        StockTorNode exit = await KillExitInUseAsync(client, stock, server);
        await AssertFetchesAsync(Curl.ThroughSocks5(client.SocksPort, "user", "secret", RecoveryLimit), server);
        HashSet<string> gone = await KillGuardAndMiddleInUseAsync(ours, stock, server);
        gone.Add(exit.Fingerprint);

        // A relay is Running for 45 minutes after the last test that reached it. An authority that starts again tests all it knows.
        await authority.RestartAsync();
        HashSet<string> living = [.. stock.Relays.Concat(stock.Exits).Select(relay => relay.Fingerprint).Except(gone)];
        await Deadline.UntilAsync("a consensus in which all run but those that are gone", Limit, async () =>
        {
            IReadOnlySet<string> running = await authority.Directory.GetRunningRelaysAsync();
            return running.IsSupersetOf(living) && !running.Overlaps(gone);
        });
        await AssertFetchesAsync(throughStock, server);
    }

    /// <summary>Kills the first and then the second hop of a circuit through stock relays, each while a page comes through it.</summary>
    private static async Task<HashSet<string>> KillGuardAndMiddleInUseAsync(TunicTorNetwork ours, StockTorNetwork stock, LoopbackHttpServer server)
    {
        await using WatchedClient client = await WatchedClient.StartAsync(ours.Authorities, stock.Relays.Select(relay => relay.Fingerprint));
        var gone = new HashSet<string>();
        foreach (int hop in new[] { 0, 1 })
        {
            (string fingerprint, TimeSpan recovery) = await client.KillHopInUseAsync(
                hop, server, killed => stock.Relays.Single(relay => relay.Fingerprint == killed).Process);
            Assert.True(recovery < RecoveryLimit, $"hop {hop}, ${fingerprint}: {recovery}");
            gone.Add(fingerprint);
        }

        return gone;
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
