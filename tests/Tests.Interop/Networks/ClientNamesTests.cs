using Tunic.Tests.Interop.Support;

namespace Tunic.Tests.Interop.Networks;

/// <summary>Names and failures as applications of our client meet them in a stock network.</summary>
public sealed class ClientNamesTests(ClientAmongStockRelays ours) : IClassFixture<ClientAmongStockRelays>
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task The_dns_port_answers_what_the_exits_name_server_says()
    {
        DnsExchange address = await DnsExchange.AskForAddressAsync(ours.DnsPort, LoopbackNameServer.KnownName);
        DnsExchange name = await DnsExchange.AskForNameAsync(ours.DnsPort, "10.2.0.192.in-addr.arpa");
        DnsExchange nobody = await DnsExchange.AskForAddressAsync(ours.DnsPort, LoopbackNameServer.UnknownName);

        Assert.Equal((0, "127.0.0.1"), (address.ResponseCode, Assert.Single(address.Answers)));
        Assert.Equal((0, LoopbackNameServer.NameOfAddress), (name.ResponseCode, Assert.Single(name.Answers)));
        Assert.NotEqual(0, nobody.ResponseCode);
        Assert.Empty(nobody.Answers);
    }

    [Fact]
    public async Task The_socks_port_resolves_for_stocks_own_resolver_in_both_directions()
    {
        string socks = $"127.0.0.1:{ours.SocksPort}";

        Assert.Equal("127.0.0.1", (await PeerProcess.RunAsync("tor-resolve", [LoopbackNameServer.KnownName, socks], Limit)).Trim());
        Assert.Equal(LoopbackNameServer.NameOfAddress, (await PeerProcess.RunAsync("tor-resolve", ["-x", LoopbackNameServer.KnownAddress, socks], Limit)).Trim());
        await Assert.ThrowsAsync<InvalidOperationException>(() => PeerProcess.RunAsync("tor-resolve", [LoopbackNameServer.UnknownName, socks], Limit));
    }

    [Fact]
    public async Task A_page_is_fetched_by_a_name_that_only_the_exit_can_resolve()
    {
        CurlResult page = await Curl.ThroughSocks5(ours.SocksPort)
            .GetAsync($"http://{LoopbackNameServer.KnownName}:{ours.Server.Port}/bytes/1000", "--header", $"Host: 127.0.0.1:{ours.Server.Port}");

        Assert.True(page.HttpStatus == 200, page.Output);
        Assert.Equal(LoopbackHttpServer.Content(1000), page.Body);
    }

    [Theory]
    [InlineData("127.0.0.1", 0)] // 0 stands for a port that nobody listens on
    [InlineData("127.0.0.1", SharedStockNetwork.RefusedPort)]
    [InlineData(LoopbackNameServer.UnknownName, 80)]
    public async Task A_request_that_fails_is_answered_in_socks_and_by_curl_as_with_a_stock_client(string host, int port)
    {
        int target = port == 0 ? LoopbackPorts.Take() : port;
        int stockPort = ours.Network.Clients[0].SocksPort;

        int stock = await SocksQuestion.ConnectAsync(stockPort, host, target);
        int reply = await SocksQuestion.ConnectAsync(ours.SocksPort, host, target);
        CurlResult stockPage = await Curl.ThroughSocks5(stockPort).GetAsync($"http://{host}:{target}/");
        CurlResult page = await Curl.ThroughSocks5(ours.SocksPort).GetAsync($"http://{host}:{target}/");

        Assert.NotEqual(0, reply);
        Assert.Equal(stock, reply);
        Assert.Equal((97, 0), (page.ExitCode, page.HttpStatus)); // curl: the proxy handshake failed
        Assert.Equal(stockPage.ExitCode, page.ExitCode);
    }
}
