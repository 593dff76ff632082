using System.Security.Cryptography;
using Tunic.Tests.Interop.Support;

namespace Tunic.Tests.Interop;

/// <summary>Proves the harness itself: stock programs among themselves, no code of ours in between.</summary>
public sealed class StockNetworkTests(SharedStockNetwork shared)
{
    [Fact]
    public async Task A_stock_client_fetches_and_posts_through_three_stock_relays()
    {
        StockTorNetwork network = await shared.GetAsync();
        await using LoopbackHttpServer server = LoopbackHttpServer.Start();
        Curl curl = Curl.ThroughSocks5(network.Clients[0].SocksPort);
        byte[] body = LoopbackHttpServer.Content(300_000);

        CurlResult page = await curl.GetAsync(server.Url("/bytes/1000000"));
        CurlResult posted = await curl.PostAsync(server.Url("/upload"), body);

        Assert.True(page.HttpStatus == 200, page.Output);
        Assert.Equal(LoopbackHttpServer.Content(1_000_000), page.Body);
        Assert.True(posted.HttpStatus == 200, posted.Output);
        Assert.Equal(Convert.ToHexString(SHA256.HashData(body)), System.Text.Encoding.ASCII.GetString(posted.Body));
        Assert.Equal(2, server.Requests);
    }

    [Fact]
    public async Task A_controller_puts_a_stream_onto_a_circuit_of_its_choice()
    {
        StockTorNetwork network = await shared.GetAsync();
        StockTorNode client = network.Add(StockTorRole.Client);
        await client.WaitForBootstrapAsync(TimeSpan.FromSeconds(40));
        await using TorControl control = await client.ControlAsync();
        await using LoopbackHttpServer server = LoopbackHttpServer.Start();
        string[] path = [network.Relays[2].Fingerprint, network.Relays[0].Fingerprint, network.Exits[1].Fingerprint];
        await control.LeaveStreamsUnattachedAsync();

        string circuit = await control.BuildCircuitAsync(path);
        Task<CurlResult> fetching = Curl.ThroughSocks5(client.SocksPort).GetAsync(server.Url("/bytes/10"));
        await control.AttachNextStreamAsync(circuit);
        CurlResult page = await fetching;

        Assert.True(page.HttpStatus == 200, page.Output);
        Assert.Contains($"{circuit} BUILT ${path[0]}~relay3,${path[1]}~relay1,${path[2]}~exit2", await control.GetInfoAsync("circuit-status"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_authority_lists_every_relay_and_serves_all_its_documents()
    {
        StockTorNetwork network = await shared.GetAsync();
        var directory = new StockDirectory(network.Authorities[0].DirectoryUri);
        using var capture = new TestDirectory("capture");

        await directory.CaptureAsync(capture.FullPath);
        IReadOnlyDictionary<string, IReadOnlyList<string>> flags = await directory.GetFlagsAsync();

        Assert.Equal(7, Directory.GetFiles(capture.FullPath).Count(file => new FileInfo(file).Length > 0));
        Assert.All(network.Exits, exit => Assert.Contains("Exit", flags[exit.Fingerprint]));
        Assert.All(network.Relays, relay => Assert.DoesNotContain("Exit", flags[relay.Fingerprint]));
        Assert.All(network.Relays, relay => Assert.Contains("Guard", flags[relay.Fingerprint]));
    }

    [Fact(Explicit = true)]
    public async Task Three_stock_authorities_agree_with_the_default_scheduler()
    {
        await using StockTorNetwork network = await StockTorNetwork.StartAsync(
            new StockTorOptions { Authorities = 3, Relays = 2, Exits = 1, VanillaScheduler = false });

        string consensus = await new StockDirectory(network.Authorities[2].DirectoryUri).TryGetTextAsync("tor/status-vote/current/consensus") ?? "";

        Assert.Equal(3, consensus.Split("directory-signature ").Length - 1);
    }
}
