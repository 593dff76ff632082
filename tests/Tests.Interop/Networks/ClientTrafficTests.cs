using Tunic.Tests.Interop.Support;

namespace Tunic.Tests.Interop.Networks;

/// <summary>What applications do with our client in a stock network: many transfers at once, kept apart from each other.</summary>
public sealed class ClientTrafficTests(ClientAmongStockRelays ours) : IClassFixture<ClientAmongStockRelays>
{
    [Fact]
    public async Task Eight_downloads_at_once_all_arrive_whole()
    {
        const int Length = 2_000_000;
        Curl curl = Curl.ThroughSocks5(ours.SocksPort);

        CurlResult[] pages = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => curl.GetAsync(ours.Server.Url($"/bytes/{Length}"))));

        Assert.All(pages, page => Assert.True(page.HttpStatus == 200, page.Output));
        Assert.All(pages, page => Assert.Equal(Sha256(Length), page.Sha256));
    }

    [Fact]
    public async Task Five_hundred_streams_of_a_hundred_kilobytes_all_arrive_whole()
    {
        const int Count = 500;
        const int Length = 100_000;
        string pages = Directory.CreateDirectory(Path.Combine(ours.DirectoryPath, "pages")).FullName;
        await using PeerProcess curl = PeerProcess.Start(
            "curl",
            [
                "--silent", "--show-error", "--fail", "--noproxy", "", "--socks5-hostname", $"127.0.0.1:{ours.SocksPort}", "--max-time", "120",
                "--parallel", "--parallel-immediate", "--parallel-max", "250", "--header", "Connection: close", // a stream for each
                "--output", Path.Combine(pages, "#1"), ours.Server.Url($"/bytes/{Length}?[1-{Count}]"),
            ]);

        int code = await curl.WaitForExitAsync(TimeSpan.FromSeconds(150));

        Assert.True(code == 0, string.Join('\n', curl.Lines));
        string[] files = Directory.GetFiles(pages);
        Assert.Equal(Count, files.Length);
        byte[] expected = LoopbackHttpServer.Content(Length);
        Assert.All(files, file => Assert.True(expected.AsSpan().SequenceEqual(File.ReadAllBytes(file)), file));
    }

    /// <summary>The network has two exits of equal weight: one circuit for all would never show the second, and a new one each time would show it soon.</summary>
    [Fact]
    public async Task Different_user_names_take_different_circuits_and_the_same_name_keeps_its_own()
    {
        var exitsOfMany = new HashSet<StockTorNode>();
        int users = 0;
        await Deadline.UntilAsync("circuits of different users leave through both exits", TimeSpan.FromSeconds(60), async () =>
        {
            exitsOfMany.Add(await FindExitAsync($"user{users++}"));
            return exitsOfMany.Count == 2;
        });

        var exitsOfOne = new HashSet<StockTorNode>();
        for (int request = 0; request < 12; request++)
        {
            exitsOfOne.Add(await FindExitAsync("one"));
        }

        Assert.Single(exitsOfOne);
    }

    private static string Sha256(int length) => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(LoopbackHttpServer.Content(length)));

    private Task<StockTorNode> FindExitAsync(string user) => ExitInUse.FindAsync(ours.SocksPort, user, ours.Server, ours.Network.Exits);
}
