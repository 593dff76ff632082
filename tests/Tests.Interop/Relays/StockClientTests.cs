using System.Security.Cryptography;
using Tunic.Tests.Interop.Support;

namespace Tunic.Tests.Interop.Relays;

/// <summary>A stock client through circuits of its controller's choice, in which our relays, each a process of its own, take each place.</summary>
public sealed class StockClientTests
{
    private const int Length = 3_000_000;

    [Fact]
    public async Task A_stock_client_uses_our_relay_in_every_place()
    {
        await using StockTorNetwork network = await StockTorNetwork.StartAsync(new StockTorOptions { Clients = 0 });
        var options = new TunicTorOptions { Authorities = 0, ForeignAuthorities = network.DirAuthorityLines, Bandwidths = network.Bandwidths };
        await using TunicTorNetwork relays = await TunicTorNetwork.StartAsync(options with { Relays = 2 });
        (TunicTorNode first, TunicTorNode second) = (relays.Relays[0], relays.Relays[1]);
        await network.WaitForConsensusWithAsync([first.Fingerprint, second.Fingerprint]);

        // An exit refuses what comes from a relay that its consensus does not have: ours begins with one that has them, stock's is waited for.
        await using TunicTorNetwork exits = await TunicTorNetwork.StartAsync(options with { Exits = 1 });
        TunicTorNode exit = exits.Exits[0];
        await network.WaitForConsensusWithAsync([first.Fingerprint, second.Fingerprint, exit.Fingerprint]);
        await network.Exits[0].WaitUntilItKnowsAsync([second.Fingerprint], TimeSpan.FromSeconds(90));
        StockTorNode client = network.Add(StockTorRole.Client, "LearnCircuitBuildTimeout 0", "CircuitBuildTimeout 60");
        await client.WaitForBootstrapAsync(TimeSpan.FromSeconds(60));
        await client.WaitUntilItCanUseAsync([first.Fingerprint, second.Fingerprint, exit.Fingerprint], TimeSpan.FromSeconds(90));
        await using LoopbackHttpServer server = LoopbackHttpServer.Start();
        string[] stock = [network.Relays[0].Fingerprint, network.Relays[1].Fingerprint, network.Exits[0].Fingerprint];
        (string Places, string[] Path)[] paths =
        [
            ("guard", [first.Fingerprint, stock[1], stock[2]]),
            ("middle", [stock[0], second.Fingerprint, stock[2]]),
            ("exit", [stock[0], stock[1], exit.Fingerprint]),
            ("all", [first.Fingerprint, second.Fingerprint, exit.Fingerprint]),
        ];

        foreach ((string places, string[] path) in paths)
        {
            await FetchAsync(client, server, places, path);
        }
    }

    private static async Task FetchAsync(StockTorNode client, LoopbackHttpServer server, string places, string[] path)
    {
        await using TorControl control = await client.ControlAsync();
        await control.LeaveStreamsUnattachedAsync();
        string circuit = await control.BuildCircuitAsync(path);
        Curl curl = Curl.ThroughSocks5(client.SocksPort);
        byte[] body = LoopbackHttpServer.Content(1_000_000);

        Task<CurlResult> fetching = curl.GetAsync(server.Url($"/bytes/{Length}"));
        await control.AttachNextStreamAsync(circuit);
        CurlResult page = await fetching;
        Assert.True(page.HttpStatus == 200, $"{places}: {page.Output}");
        Task<CurlResult> posting = curl.PostAsync(server.Url("/upload"), body);
        await control.AttachNextStreamAsync(circuit);
        CurlResult posted = await posting;

        Assert.True(LoopbackHttpServer.Content(Length).AsSpan().SequenceEqual(page.Body), places);
        Assert.True(posted.HttpStatus == 200, $"{places}: {posted.Output}");
        Assert.Equal(Convert.ToHexString(SHA256.HashData(body)), System.Text.Encoding.ASCII.GetString(posted.Body));
        await control.SendAsync($"CLOSECIRCUIT {circuit}");
    }
}
