using System.Net;
using System.Security.Cryptography;
using Tunic.Tests.Interop.Support;

namespace Tunic.Tests.Interop.Networks;

/// <summary>A network in which everybody is `tunic tor` with a torrc: three authorities, relays, exits and a client.</summary>
public sealed class AllOursTests
{
    private const int Length = 1_000_000;

    [Fact]
    public async Task Curl_and_torsocks_get_their_pages_under_a_consensus_that_three_signed()
    {
        await using TunicTorNetwork network = await TunicTorNetwork.StartAsync(new TunicTorOptions { Authorities = 3, Relays = 3, Exits = 2, Clients = 1 });
        int socks = network.Clients[0].SocksPort;
        IPAddress? address = Torsocks.FindTargetAddress();
        await using LoopbackHttpServer server = address is null ? LoopbackHttpServer.Start() : LoopbackHttpServer.StartAlsoAt(address);
        byte[] content = LoopbackHttpServer.Content(Length);

        CurlResult page = await Curl.ThroughSocks5(socks).GetAsync(server.Url($"/bytes/{Length}"));
        CurlResult posted = await Curl.ThroughSocks5(socks).PostAsync(server.Url("/echo"), content);
        string consensus = await network.Authorities[1].Directory.TryGetTextAsync("tor/status-vote/current/consensus") ?? "";

        Assert.True(page.HttpStatus == 200, page.Output);
        Assert.Equal(content, page.Body);
        Assert.True(posted.HttpStatus == 200, posted.Output);
        Assert.Equal(content, posted.Body);
        Assert.Equal(3, consensus.Split("directory-signature ").Length - 1);
        Assert.Superset(
            network.Relays.Concat(network.Exits).Select(relay => relay.Fingerprint).ToHashSet(), (await network.GetRunningRelaysAsync()).ToHashSet());
        Assert.SkipWhen(address is null, "torsocks needs a target that is not loopback, and this machine has no such address");
        Assert.Equal(Convert.ToHexString(SHA256.HashData(content)), await Torsocks.FetchSha256Async(socks, $"http://{address}:{server.Port}/bytes/{Length}"));
    }
}
