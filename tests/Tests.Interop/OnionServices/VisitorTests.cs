using Tunic.Primitives.Time;
using Tunic.Tests.Interop.Networks;
using Tunic.Tests.Interop.Support;
using Tunic.Tor.Protocol.OnionServices;
using Tunic.Tor.Protocol.OnionServices.Authorization;

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

    [Fact]
    public async Task Eight_visits_at_once_that_share_no_circuit_all_arrive_whole()
    {
        const int Length = 100_000;
        await using StockService service = await StockService.StartAsync(ours.Network);

        CurlResult[] pages = await Task.WhenAll(Enumerable.Range(0, 8).Select(visit =>
            Curl.ThroughSocks5(ours.SocksPort, $"visit{visit}", limit: _limit).GetAsync(service.Url($"/bytes/{Length}"), service.Host)));

        Assert.All(pages, page => Assert.True(page.HttpStatus == 200, page.Output));
        Assert.All(pages, page => Assert.Equal(LoopbackHttpServer.Content(Length), page.Body));
        await using TorControl control = await service.Node.ControlAsync();
        string circuits = await control.GetInfoAsync("circuit-status");
        Assert.Equal(8, circuits.Split('\n').Count(line => line.Contains("PURPOSE=HS_SERVICE_REND", StringComparison.Ordinal) && line.Contains(" BUILT ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_service_that_is_killed_and_started_again_is_reached_again()
    {
        await using StockService service = await StockService.StartAsync(ours.Network);
        Curl curl = Curl.ThroughSocks5(ours.SocksPort, limit: _limit);
        CurlResult before = await curl.GetAsync(service.Url("/bytes/10"), service.Host);

        await service.RestartAsync();
        CurlResult after = await curl.GetAsync(service.Url("/bytes/10"), service.Host);

        Assert.True(before.HttpStatus == 200, before.Output);
        Assert.True(after.HttpStatus == 200, after.Output);
    }

    /// <summary>0xF0: found nowhere; 0xF6: no address at all (proposal 304).</summary>
    [Theory]
    [InlineData("pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion", "(240)")]
    [InlineData("pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryx.onion", "(246)")]
    [InlineData("short.onion", "(246)")]
    public async Task An_address_without_a_service_is_refused_and_the_application_is_told_why(string address, string code)
    {
        CurlResult page = await Curl.ThroughSocks5(ours.ExtendedErrorsPort, limit: _limit).GetAsync($"http://{address}/");

        Assert.True(page.ExitCode == 97 && page.Output.Contains(code, StringComparison.Ordinal), page.Output);
    }

    /// <summary>0xF4: no key; 0xF5: the wrong one.</summary>
    [Fact]
    public async Task A_service_that_lets_in_only_those_it_knows_is_visited_with_its_key_and_not_without_or_with_another()
    {
        using ClientAuthorizationKey key = ClientAuthorizationKey.Generate(SystemRandomSource.Instance);
        using ClientAuthorizationKey other = ClientAuthorizationKey.Generate(SystemRandomSource.Instance);
        await using StockService service = await StockService.StartAsync(ours.Network, ClientAuthorizationText.FormatPublicKey(key.PublicKey.Span));
        Assert.True(OnionAddress.TryParse(service.Address, out OnionAddress address));

        CurlResult without = await Curl.ThroughSocks5(ours.ExtendedErrorsPort, limit: _limit).GetAsync(service.Url("/bytes/10"), service.Host);
        CurlResult wrong = await VisitWithKeyAsync(service, address, other);
        CurlResult right = await VisitWithKeyAsync(service, address, key);

        Assert.True(without.Output.Contains("(244)", StringComparison.Ordinal), without.Output);
        Assert.True(wrong.Output.Contains("(245)", StringComparison.Ordinal), wrong.Output);
        Assert.True(right.HttpStatus == 200, right.Output);
    }

    /// <summary>A client of its own, with the key in a file as stock has them.</summary>
    private async Task<CurlResult> VisitWithKeyAsync(StockService service, OnionAddress address, ClientAuthorizationKey key)
    {
        using var directory = new TestDirectory("visitor");
        string keys = directory.Make("keys");
        File.SetUnixFileMode(keys, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await File.WriteAllTextAsync(Path.Combine(keys, "me.auth_private"), ClientAuthorizationText.FormatPrivateKey(address, key));
        int port = LoopbackPorts.Take();
        await using PeerProcess client = TunicProgram.StartTor(
            directory.FullPath,
            [.. TunicProgram.ClientLines(ours.Network, port, $"ClientOnionAuthDir {keys}").Select(line => line.StartsWith("SocksPort", StringComparison.Ordinal) ? line + " ExtendedErrors" : line)]);
        await client.WaitForLineAsync("Bootstrapped 100%", TimeSpan.FromSeconds(60));
        return await Curl.ThroughSocks5(port, limit: _limit).GetAsync(service.Url("/bytes/10"), service.Host);
    }
}
