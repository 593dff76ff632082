using System.Text.Json;
using Tunic.Tests.Interop.Support;

namespace Tunic.Tests.Interop.Programs;

/// <summary>`tunic publish` in a network of ours: what it says is so, and others fetch what it publishes.</summary>
public sealed class PublishTests(FoundedNetwork network) : IClassFixture<FoundedNetwork>, IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    private readonly TestDirectory _directory = new("tunic-publish");

    [Fact]
    public async Task A_folder_is_reachable_under_an_address_that_it_keeps_and_each_step_is_told()
    {
        string site = MakeSite("site", "hello");
        string picture = Path.Combine(_directory.FullPath, "site.png");

        string[] lines = await PublishOnceAsync(site, "--qr", picture);
        JsonElement[] events = [.. lines.Select(line => JsonDocument.Parse(line).RootElement).Where(line => line.GetProperty("event").GetString() == "site")];
        string address = events[^1].GetProperty("address").GetString()!;
        string[] again = await PublishOnceAsync(site);

        Assert.Equal(
            ["bootstrapping", "introduction_points", "published", "reachable"], events.Select(line => line.GetProperty("state").GetString()).Distinct());
        Assert.Equal($"tunic={address[..56]}", events[^1].GetProperty("txt").GetString());
        Assert.True(events[^1].GetProperty("uploaded")[0].GetInt32() > 0);
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], (await File.ReadAllBytesAsync(picture, TestContext.Current.CancellationToken))[..4]);
        Assert.Contains(address, again[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_sites_of_one_process_are_fetched_by_others_and_an_interrupt_ends_it()
    {
        await using PeerProcess publish = Start(MakeSite("first", "one"), $"second={MakeSite("other", "two")}");
        await publish.WaitForLineAsync("first: reachable", Limit);
        await publish.WaitForLineAsync("second: reachable", Limit);
        await Deadline.UntilAsync("both addresses", Limit, () => Task.FromResult(publish.Lines.Count(line => line.Contains("TXT record", StringComparison.Ordinal)) == 2));
        string[] links = [.. publish.Lines.Where(line => line.StartsWith("  http://", StringComparison.Ordinal)).Select(line => line.Trim())];

        string[] pages = await Task.WhenAll(links.Select((link, number) => FetchAsync(link, $"reader{number}")));
        publish.SendSignal(2);

        Assert.Equal(["one", "two"], pages.Order(StringComparer.Ordinal));
        Assert.Equal(0, await publish.WaitForExitAsync(Limit));
    }

    [Fact]
    public async Task A_private_site_opens_with_the_link_of_a_visitor_and_to_nobody_else()
    {
        await using PeerProcess publish = Start(MakeSite("secret", "for alice"), "--visitor", "alice");
        await publish.WaitForLineAsync("secret: reachable", Limit);
        string link = (await publish.WaitForLineAsync("#visitor=", Limit)).Split(' ')[^1];

        Assert.Equal("for alice", await FetchAsync(link, "alice"));
        await using PeerProcess stranger = StartFetch(link.Split('#')[0], "stranger");
        Assert.Equal(1, await stranger.WaitForExitAsync(Limit));
        Assert.Contains(stranger.Lines, line => line.Contains("lets in only those it knows", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_server_that_is_there_already_is_published_and_one_that_is_not_is_refused_in_words()
    {
        await using LoopbackHttpServer server = LoopbackHttpServer.Start();
        string upstream = server.Url("/").TrimEnd('/');

        string[] lines = await PublishOnceAsync($"web={upstream}");
        await using PeerProcess nothing = Start($"http://127.0.0.1:{LoopbackPorts.Take()}");

        Assert.Contains("\"reachable\"", lines[^1], StringComparison.Ordinal);
        Assert.Equal(1, await nothing.WaitForExitAsync(Limit));
        Assert.Contains(nothing.Lines, line => line.Contains("start the server first", StringComparison.Ordinal));
    }

    public void Dispose() => _directory.Dispose();

    private string MakeSite(string name, string page)
    {
        string folder = _directory.Make(name);
        File.WriteAllText(Path.Combine(folder, "index.html"), page);
        return folder;
    }

    private PeerProcess Start(params string[] arguments) =>
        TunicProgram.Start(["publish", .. arguments, "--data", Path.Combine(_directory.FullPath, "publisher"), "--join", network.File]);

    private async Task<string[]> PublishOnceAsync(params string[] arguments)
    {
        await using PeerProcess publish = Start([.. arguments, "--once", "--json"]);
        int code = await publish.WaitForExitAsync(Limit);
        Assert.True(code == 0, string.Join('\n', publish.Lines));
        return [.. publish.Lines.Where(line => line.StartsWith('{'))];
    }

    private PeerProcess StartFetch(string link, string reader) => TunicProgram.Start(
        "fetch", link, "-o", Path.Combine(_directory.FullPath, reader + ".page"), "--data", Path.Combine(_directory.FullPath, reader), "--join", network.File);

    private async Task<string> FetchAsync(string link, string reader)
    {
        await using PeerProcess fetch = StartFetch(link, reader);
        int code = await fetch.WaitForExitAsync(Limit);
        Assert.True(code == 0, string.Join('\n', fetch.Lines));
        return await File.ReadAllTextAsync(Path.Combine(_directory.FullPath, reader + ".page"), TestContext.Current.CancellationToken);
    }
}
