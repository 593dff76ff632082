using System.Security.Cryptography;
using Tunic.Tests.Interop.Support;

namespace Tunic.Tests.Interop.Networks;

/// <summary>A network in which everybody is `tunic tor` with a torrc: three authorities, relays, exits and a client.</summary>
public sealed class AllOursTests
{
    private const int Length = 1_000_000;

    private static readonly TimeSpan ListingLimit = TimeSpan.FromSeconds(60);

    /// <summary>How soon the next request has to be answered when a relay of the circuit has died.</summary>
    private static readonly TimeSpan RecoveryLimit = TimeSpan.FromSeconds(6);

    [Fact]
    public async Task Curl_and_torsocks_get_their_pages_under_a_consensus_that_three_signed_and_a_guard_and_a_middle_that_die_are_left_behind()
    {
        await using TunicTorNetwork network = await TunicTorNetwork.StartAsync(new TunicTorOptions { Authorities = 3, Relays = 3, Exits = 2, Clients = 1 });
        int socks = network.Clients[0].SocksPort;
        await using LoopbackHttpServer server = LoopbackHttpServer.Start();
        byte[] content = LoopbackHttpServer.Content(Length);

        CurlResult page = await Curl.ThroughSocks5(socks).GetAsync(server.Url($"/bytes/{Length}"));
        CurlResult posted = await Curl.ThroughSocks5(socks).PostAsync(server.Url("/echo"), content);

        Assert.True(page.HttpStatus == 200, page.Output);
        Assert.Equal(content, page.Body);
        Assert.True(posted.HttpStatus == 200, posted.Output);
        Assert.Equal(content, posted.Body);
        await Deadline.UntilAsync("a consensus that three signed", ListingLimit, async () => // who was late for the first one signs the next
            (await network.Authorities[1].Directory.TryGetTextAsync("tor/status-vote/current/consensus") ?? "").Split("directory-signature ").Length - 1 == 3);
        string[] relays = [.. network.Relays.Concat(network.Exits).Select(relay => relay.Fingerprint)];
        await Deadline.UntilAsync("a consensus in which all relays run", ListingLimit, async () => // who was late for the first vote is in the next
        {
            IReadOnlySet<string> running = await network.GetRunningRelaysAsync();
            return relays.All(running.Contains);
        });
        Assert.Equal(Convert.ToHexString(SHA256.HashData(content)), await Torsocks.FetchSha256Async(socks, server, $"/bytes/{Length}"));
        await AssertDeathsAreSurvivedAsync(network, server);
    }

    private static async Task AssertDeathsAreSurvivedAsync(TunicTorNetwork network, LoopbackHttpServer server)
    {
        TunicTorNode[] relays = [.. network.Authorities, .. network.Relays];
        await using WatchedClient client = await WatchedClient.StartAsync(network.Authorities, relays.Select(relay => relay.Fingerprint));

        foreach (int hop in new[] { 0, 1 })
        {
            (string fingerprint, TimeSpan recovery) = await client.KillHopInUseAsync(
                hop, server, killed => relays.Single(relay => relay.Fingerprint == killed).Process);
            Assert.True(recovery < RecoveryLimit, $"hop {hop}, ${fingerprint}: {recovery}");
        }
    }
}
