using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using Tunic.Tests.Tor.Client.Listeners.Support;
using Tunic.Tor.Client.Listeners;
using Tunic.Tor.Client.Listeners.Http;
using Tunic.Tor.Client.Listeners.Socks;

namespace Tunic.Tests.Tor.Client.Listeners;

/// <summary>curl and torsocks as users have them; skipped where they are not installed.</summary>
public sealed class RealProgramTests
{
    private const int Length = 300_000;

    [Theory]
    [InlineData("--socks4", false)]
    [InlineData("--socks4a", true)]
    [InlineData("--socks5", false)]
    [InlineData("--socks5-hostname", true)]
    public async Task Curl_fetches_through_every_SOCKS(string option, bool namedByProxy)
    {
        await using var web = new WebServer();
        await using ListenerFixture<SocksListener> port = ListenerFixture.Socks();
        string host = namedByProxy ? "web.example" : "127.0.0.1";
        byte[] body = await RunAsync("curl", "-sS", "--fail", option, Address(port.Listener), web.Url($"/bytes/{Length}", host));

        Assert.Equal(WebServer.Content(Length), body);
        Assert.Equal(host, Assert.Single(port.Opener.Requests).Target.Host);
        await port.IsQuietAsync();
    }

    [Fact]
    public async Task Curl_with_users_gets_circuits_apart()
    {
        await using var web = new WebServer();
        await using ListenerFixture<SocksListener> port = ListenerFixture.Socks();
        foreach (string user in new[] { "alice:a", "bob:b", "alice:a" })
        {
            await RunAsync("curl", "-sS", "--fail", "--proxy-user", user, "--socks5-hostname", Address(port.Listener), web.Url("/bytes/1"));
        }

        Assert.Equal(2, port.Opener.CircuitCount);
    }

    [Fact]
    public async Task Curl_reports_a_refused_target()
    {
        await using ListenerFixture<SocksListener> port = ListenerFixture.Socks();
        (int exitCode, _, string error) = await StartAsync("curl", "-sS", "--socks5-hostname", Address(port.Listener), "http://web.example:1/");
        Assert.Equal(97, exitCode);
        Assert.Contains("(5)", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--proxy")]
    [InlineData("--proxytunnel")]
    [InlineData("--proxy1.0")]
    public async Task Curl_fetches_through_the_HTTP_proxy(string kind)
    {
        await using var web = new WebServer();
        await using ListenerFixture<HttpProxyListener> port = ListenerFixture.Http();
        string proxy = $"http://{Address(port.Listener)}";
        string[] arguments = kind == "--proxytunnel" ? ["--proxytunnel", "--proxy", proxy] : [kind, kind == "--proxy" ? proxy : Address(port.Listener)];
        byte[] body = await RunAsync("curl", ["-sS", "--fail", .. arguments, web.Url($"/chunks/{Length}"), web.Url($"/bytes/{Length}")]);

        Assert.Equal([.. WebServer.Content(Length), .. WebServer.Content(Length)], body);
        Assert.DoesNotContain(web.Heads, head => head.Contains("Proxy-", StringComparison.OrdinalIgnoreCase) || head.Contains("Via:", StringComparison.OrdinalIgnoreCase));
        await port.IsQuietAsync();
    }

    [Theory]
    [InlineData("")]
    [InlineData("Transfer-Encoding: chunked")]
    public async Task Curl_uploads_through_the_HTTP_proxy(string header)
    {
        await using var web = new WebServer();
        await using ListenerFixture<HttpProxyListener> port = ListenerFixture.Http();
        string file = Path.GetTempFileName();
        byte[] sent = RandomNumberGenerator.GetBytes(2_000_000);
        await File.WriteAllBytesAsync(file, sent);
        try
        {
            string[] headers = header.Length > 0 ? ["--header", header] : [];
            byte[] received = await RunAsync(
                "curl", ["-sS", "--fail", "--proxy", $"http://{Address(port.Listener)}", .. headers, "--upload-file", file, web.Url("/echo")]);
            Assert.Equal(SHA256.HashData(sent), SHA256.HashData(received));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task Curl_keeps_one_connection_for_several_requests()
    {
        await using var web = new WebServer();
        await using ListenerFixture<HttpProxyListener> port = ListenerFixture.Http();
        await RunAsync("curl", "-sS", "--fail", "--proxy", $"http://{Address(port.Listener)}", web.Url("/bytes/[1-20]"));
        Assert.Equal(20, web.Heads.Count);
        Assert.Equal(1, web.Connections);
    }

    [Fact]
    public async Task Torsocks_takes_a_program_through_the_SOCKS_port()
    {
        await using var web = new WebServer();
        await using ListenerFixture<SocksListener> port = ListenerFixture.Socks();
        byte[] body = await RunAsync(
            "torsocks", "--port", $"{port.Listener.LocalEndPoint.Port}", "curl", "-sS", "--fail", web.Url($"/bytes/{Length}", "93.184.215.14"));

        Assert.Equal(WebServer.Content(Length), body);
        Assert.Equal("93.184.215.14", Assert.Single(port.Opener.Requests).Target.Host);
    }

    [Fact]
    public async Task Torsocks_looks_names_up_with_RESOLVE()
    {
        await using var web = new WebServer();
        await using ListenerFixture<SocksListener> port = ListenerFixture.Socks();
        port.Opener.Resolve = (_, _) => Task.FromResult(new Tunic.Tor.Protocol.RelayMessages.Resolved(
            [Tunic.Tor.Protocol.RelayMessages.ResolvedAnswer.From(IPAddress.Parse("192.0.2.7"), 60)]));
        byte[] body = await RunAsync(
            "torsocks", "--port", $"{port.Listener.LocalEndPoint.Port}", "--isolate", "curl", "-4", "-sS", "--fail", web.Url("/bytes/100", "web.example"));

        Assert.Equal(WebServer.Content(100), body);
        Assert.Contains(port.Opener.Lookups, lookup => lookup.Name == "web.example");
        Assert.Equal("192.0.2.7", Assert.Single(port.Opener.Requests).Target.Host);
    }

    private static string Address(ProxyListener listener) => listener.LocalEndPoint.ToString();

    private static async Task<byte[]> RunAsync(string program, params string[] arguments)
    {
        (int exitCode, byte[] output, string error) = await StartAsync(program, arguments);
        Assert.True(exitCode == 0, $"{program} ended with {exitCode}: {error}");
        return output;
    }

    private static async Task<(int ExitCode, byte[] Output, string Error)> StartAsync(string program, params string[] arguments)
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(folder => File.Exists(Path.Combine(folder, program))), $"{program} is not installed");
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string name in new[] { "http_proxy", "https_proxy", "all_proxy", "no_proxy", "NO_PROXY", "ALL_PROXY", "HTTPS_PROXY" })
        {
            start.Environment.Remove(name);
        }

        using Process process = Process.Start(start)!;
        using var timer = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        try
        {
            Task<string> error = process.StandardError.ReadToEndAsync(timer.Token);
            var output = new MemoryStream();
            await process.StandardOutput.BaseStream.CopyToAsync(output, timer.Token);
            await process.WaitForExitAsync(timer.Token);
            return (process.ExitCode, output.ToArray(), await error);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }
}
