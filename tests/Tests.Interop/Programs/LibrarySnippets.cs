using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Overlay;
using Tunic.Primitives.Time;
using Tunic.Publishing.Transport;
using Tunic.Tests.Interop.Support;
using Tunic.Tests.Tor.Client.Listeners.Support;
using Tunic.Tor.Client;
using Tunic.Tor.Client.Http;
using Tunic.Tor.Network.NetworkDirectory;

namespace Tunic.Tests.Interop.Programs;

/// <summary>The code of docs/library.md and README.md, word for word, one method each, through the relays of a stock network.</summary>
public sealed class LibrarySnippets(SharedStockNetwork shared)
{
    private const int Length = 10;
    private const string SitePage = "a page that does not say where it is";
    private static readonly string _page = Encoding.UTF8.GetString(LoopbackHttpServer.Content(Length));

    [Fact]
    public async Task Http_in_three_lines()
    {
        await using LoopbackHttpServer web = LoopbackHttpServer.Start();
        Assert.Equal(_page.Length, await HttpAsync(await ReadNetworkAsync(), web.Url($"/bytes/{Length}")));
        Assert.Equal(1, web.Requests);
    }

    [Fact]
    public async Task A_client_of_ones_own_serves_requests_with_keys_and_streams()
    {
        await using LoopbackHttpServer web = LoopbackHttpServer.Start();
        await using TargetServer echo = TargetServer.Echo();
        await using TorClient client = TorClient.Open(await ReadNetworkAsync());
        var answer = new byte[6];

        await HttpWithKeyAsync(client, web.Url($"/bytes/{Length}"));
        await StreamAsync(client, echo.Port, answer, TestContext.Current.CancellationToken);

        Assert.Equal("hello\n"u8.ToArray(), answer);
    }

    [Fact]
    public async Task A_client_of_ones_own_listens_and_another_visits_it()
    {
        await using TorClient client = TorClient.Open(await ReadNetworkAsync());
        await using TorClient visitor = TorClient.Open(await ReadNetworkAsync());
        using Ed25519PrivateKey key = Ed25519PrivateKey.Generate(SystemRandomSource.Instance);
        using var http = new HttpClient(new TorHttpMessageHandler(visitor));

        Assert.Equal(SitePage, await KestrelAsync(client, key, address => http.GetStringAsync(address)));
        await ListenAsync(client, key, visitor, TestContext.Current.CancellationToken);
    }

    [Fact]
    public void The_pages_show_the_code_of_this_file()
    {
        string source = File.ReadAllText(SourcePath());
        string[] snippets = [.. Snippets("docs/library.md"), .. Snippets("README.md")];

        Assert.Equal(7, snippets.Length);
        foreach (string snippet in snippets)
        {
            string indented = string.Concat(snippet.TrimEnd('\n').Split('\n').Select(line => $"        {line}\n"));
            Assert.Contains(indented, source, StringComparison.Ordinal);
        }
    }

    private static async Task<int> HttpAsync(NetworkProfile network, string address)
    {
        await using TorClient client = TorClient.Open(network);
        using var http = new HttpClient(new TorHttpMessageHandler(client));
        string page = await http.GetStringAsync(address);
        return page.Length;
    }

    private static async Task HttpWithKeyAsync(TorClient client, string address)
    {
        var options = new TorHttpOptions { Isolation = new IsolationKey("account of Alice") };
        using var http = new HttpClient(new TorHttpMessageHandler(client, options));
        string page = await http.GetStringAsync(address);
        Assert.Equal(_page, page);
    }

    private static async Task StreamAsync(TorClient client, ushort port, byte[] answer, CancellationToken cancel)
    {
        var target = new HostAndPort("127.0.0.1", port);
        await using Stream stream = await client.ConnectAsync(target, new IsolationKey("my chat"), cancel);
        await stream.WriteAsync("hello\n"u8.ToArray(), cancel);
        await stream.ReadExactlyAsync(answer, cancel);
    }

    private static async Task<string> KestrelAsync(TorClient client, Ed25519PrivateKey key, Func<string, Task<string>> visit)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ListenOnOnion(client, key);
        await using WebApplication app = builder.Build();
        app.MapGet("/", () => SitePage);
        await app.StartAsync();
        string address = app.Urls.Single();
        return await visit(address);
    }

    private static async Task ListenAsync(TorClient client, Ed25519PrivateKey key, TorClient visitor, CancellationToken cancel)
    {
        await using IOverlayListener listener = await client.ListenAsync(key, 7000, cancel);
        Task<Stream> connecting = visitor.ConnectAsync(listener.Address, IsolationKey.None, cancel);
        await using Stream? accepted = await listener.AcceptAsync(cancel);
        await accepted!.WriteAsync("hello\n"u8.ToArray(), cancel);
        await using Stream visit = await connecting;
        var read = new byte[6];
        await visit.ReadExactlyAsync(read, cancel);
        Assert.Equal("hello\n"u8.ToArray(), read);
    }

    private async Task<NetworkProfile> ReadNetworkAsync() => ClientInProcess.ReadProfile((await shared.GetAsync()).DirAuthorityLines);

    private static IEnumerable<string> Snippets(string page) => File.ReadAllText(Path.Combine(Path.GetDirectoryName(SourcePath())!, "../../..", page))
        .Split("```csharp\n").Skip(1).Select(rest => rest[..rest.IndexOf("```", StringComparison.Ordinal)]);

    private static string SourcePath([CallerFilePath] string path = "") => path;
}
