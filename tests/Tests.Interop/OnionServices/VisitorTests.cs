using Tunic.Tests.Interop.Networks;
using Tunic.Tests.Interop.Support;

namespace Tunic.Tests.Interop.OnionServices;

/// <summary>Stock onion services that `tunic tor` visits.</summary>
public sealed class VisitorTests(ClientAmongStockRelays ours) : IClassFixture<ClientAmongStockRelays>
{
    private const int Megabyte = 1_000_000;
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(120);

    [Fact]
    public async Task A_megabyte_comes_from_a_stock_service_and_goes_to_it()
    {
        await using StockService service = await StockService.StartAsync(ours.Network);
        byte[] content = LoopbackHttpServer.Content(Megabyte);
        Curl curl = Curl.ThroughSocks5(ours.SocksPort, limit: _limit);

        CurlResult page = await curl.GetAsync(service.Url($"/bytes/{Megabyte}"), service.Host);
        CurlResult posted = await curl.PostAsync(service.Url("/echo"), content, service.Host);

        Assert.True(page.HttpStatus == 200, page.Output);
        Assert.Equal(content, page.Body);
        Assert.True(posted.HttpStatus == 200, posted.Output);
        Assert.Equal(content, posted.Body);
    }
}
