using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Time;
using Tunic.Publishing.Sites;
using Tunic.Publishing.Transport;
using Tunic.Tests.Interop.Support;

namespace Tunic.Tests.Interop.OnionServices;

/// <summary>Kestrel on an onion address in a network of stock tor, visited by a stock client.</summary>
public sealed class KestrelTests(SharedStockNetwork shared)
{
    private const int Length = 1 << 20;
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(90);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_megabyte_goes_both_ways_and_a_part_is_fetched_and_then_nobody_is_there_any_more()
    {
        StockTorNetwork network = await shared.GetAsync();
        byte[] content = LoopbackHttpServer.Content(Length);
        using var folder = new TestDirectory("site");
        await File.WriteAllBytesAsync(Path.Combine(folder.FullPath, "file"), content, Cancel);
        await using var ours = new ClientInProcess(network.DirAuthorityLines);
        ours.Client.Start();
        await using WebApplication app = await StartAsync(ours, folder.FullPath);
        string address = app.Urls.Single();
        Curl curl = Curl.ThroughSocks5(network.Clients[0].SocksPort, "kestrel", limit: _limit);

        CurlResult posted = await curl.PostAsync($"{address}/echo", content);
        CurlResult page = await curl.GetAsync($"{address}/file");
        CurlResult part = await curl.GetAsync($"{address}/file", "--range", "1000-1999");
        CurlResult rest = await curl.GetAsync($"{address}/file", "--continue-at", "1000000");
        CurlResult closed = await curl.GetAsync($"{address}/.hidden");

        Assert.True(posted.HttpStatus == 200, posted.Output);
        Assert.Equal(content, posted.Body);
        Assert.True(page.HttpStatus == 200, page.Output);
        Assert.Equal(content, page.Body);
        Assert.True(part.HttpStatus == 206, part.Output);
        Assert.Equal(content[1000..2000], part.Body);
        Assert.True(rest.HttpStatus == 206, rest.Output);
        Assert.Equal(content[1_000_000..], rest.Body[^(Length - 1_000_000)..]);
        Assert.Equal(404, closed.HttpStatus);

        await app.StopAsync(Cancel);
        Assert.Empty(ours.Client.OnionServices.Services);
    }

    private static async Task<WebApplication> StartAsync(ClientInProcess client, string folder)
    {
        using Ed25519PrivateKey key = Ed25519PrivateKey.Generate(SystemRandomSource.Instance);
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ListenOnOnion(client.Client, key);
        WebApplication app = builder.Build();
        app.MapPost("/echo", (HttpContext context) => context.Request.Body.CopyToAsync(context.Response.Body, Cancel));
        app.MapFallback("{**path}", new StaticSite(new StaticSiteOptions { Folder = folder }).HandleAsync);
        await app.StartAsync(Cancel);
        return app;
    }
}
