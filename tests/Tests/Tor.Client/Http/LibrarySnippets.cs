using System.Runtime.CompilerServices;
using Tunic.Primitives.Overlay;
using Tunic.Tests.Tor.Client.Listeners.Support;
using Tunic.Tor.Client.Http;
using Tunic.Tor.Client.Streams;

namespace Tunic.Tests.Tor.Client.Http;

/// <summary>The code of docs/library.md, word for word, one method each.</summary>
public sealed class LibrarySnippets
{
    [Fact]
    public async Task Http_in_three_lines()
    {
        await using var web = new WebServer();
        await using var opener = new LoopbackOpener();
        await HttpAsync(new TunicOverlay(opener), web.Url("/bytes/10"));
        Assert.Single(web.Heads);
    }

    [Fact]
    public async Task Http_with_a_key_uses_its_circuits()
    {
        await using var web = new WebServer();
        await using var opener = new LoopbackOpener();
        await HttpWithKeyAsync(new TunicOverlay(opener), web.Url("/bytes/10"));
        Assert.Equal(new IsolationKey("account of Alice"), Assert.Single(opener.Requests).Isolation);
    }

    [Fact]
    public async Task A_stream_to_host_and_port()
    {
        await using TargetServer echo = TargetServer.Echo();
        await using var opener = new LoopbackOpener();
        var answer = new byte[6];
        await StreamAsync(new TunicOverlay(opener), echo.Port, answer, CancellationToken.None);
        Assert.Equal("hello\n"u8.ToArray(), answer);
    }

    [Fact]
    public void The_page_shows_the_code_of_this_file()
    {
        string source = File.ReadAllText(ThisFile());
        string page = File.ReadAllText(Path.Combine(Root(), "docs", "library.md"));
        string[] snippets = [.. page.Split("```csharp\n").Skip(1).Select(rest => rest[..rest.IndexOf("```", StringComparison.Ordinal)])];

        Assert.Equal(3, snippets.Length);
        foreach (string snippet in snippets)
        {
            string indented = string.Concat(snippet.TrimEnd('\n').Split('\n').Select(line => $"        {line}\n"));
            Assert.Contains(indented, source, StringComparison.Ordinal);
        }
    }

#pragma warning disable CA1859 // a reader has the interface, not our adapter
    private static async Task HttpAsync(IOverlay client, string address)
    {
        using var http = new HttpClient(new TorHttpMessageHandler(client));
        string page = await http.GetStringAsync(address);
        Console.WriteLine(page.Length);
    }

    private static async Task HttpWithKeyAsync(IOverlay client, string address)
    {
        var options = new TorHttpOptions { Isolation = new IsolationKey("account of Alice") };
        using var http = new HttpClient(new TorHttpMessageHandler(client, options));
        string page = await http.GetStringAsync(address);
        Assert.Equal(10, page.Length);
    }

    private static async Task StreamAsync(IOverlay client, ushort port, byte[] answer, CancellationToken cancel)
    {
        var target = new HostAndPort("echo.example", port);
        await using Stream stream = await client.ConnectAsync(target, new IsolationKey("my chat"), cancel);
        await stream.WriteAsync("hello\n"u8.ToArray(), cancel);
        await stream.ReadExactlyAsync(answer, cancel);
    }

#pragma warning restore CA1859

    private static string Root()
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Tunic.slnx")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new DirectoryNotFoundException("the repository");
        }

        return folder;
    }

    private static string ThisFile() => Path.Combine(Root(), "tests", "Tests", "Tor.Client", "Http", Path.GetFileName(SourcePath()));

    private static string SourcePath([CallerFilePath] string path = "") => path;
}
