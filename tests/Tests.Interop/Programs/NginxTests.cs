using System.Globalization;
using Tunic.Tests.Interop.Support;

namespace Tunic.Tests.Interop.Programs;

/// <summary>A real web server behind the exits: what a download manager does comes through as it is.</summary>
public sealed class NginxTests(SharedStockNetwork shared) : IDisposable
{
    private const int Length = 3_000_000;
    private const int BrokenOffAt = 1_234_567;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(40);

    private readonly TestDirectory _directory = new("tunic-nginx");

    [Fact]
    public async Task A_download_that_was_broken_off_is_resumed()
    {
        StockTorNetwork network = await shared.GetAsync();
        int[] ports = LoopbackPorts.Take(2);
        byte[] content = LoopbackHttpServer.Content(Length);
        await using PeerProcess nginx = await StartNginxAsync(ports[0], content);
        await using PeerProcess tunic = TunicProgram.StartTor(_directory.Make("client"), TunicProgram.ClientLines(network, ports[1]));
        await tunic.WaitForLineAsync("Bootstrapped 100%", Limit);
        Curl curl = Curl.ThroughSocks5(ports[1]);
        string url = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{ports[0]}/file");

        CurlResult first = await curl.GetAsync(url, "--range", string.Create(CultureInfo.InvariantCulture, $"0-{BrokenOffAt - 1}"));
        CurlResult rest = await curl.GetAsync(url, "--range", string.Create(CultureInfo.InvariantCulture, $"{BrokenOffAt}-"));

        Assert.True(first.HttpStatus == 206, first.Output);
        Assert.True(rest.HttpStatus == 206, rest.Output);
        Assert.True(content.AsSpan(0, BrokenOffAt).SequenceEqual(first.Body));
        Assert.True(content.AsSpan(BrokenOffAt).SequenceEqual(rest.Body));
    }

    public void Dispose() => _directory.Dispose();

    private async Task<PeerProcess> StartNginxAsync(int port, byte[] content)
    {
        string root = _directory.Make("nginx");
        await File.WriteAllBytesAsync(Path.Combine(root, "file"), content);
        string configuration = Path.Combine(root, "nginx.conf");
        string user = Environment.UserName == "root" ? "user root;" : "";
        await File.WriteAllTextAsync(configuration, string.Create(CultureInfo.InvariantCulture, $$"""
            daemon off; master_process off; pid {{root}}/pid; error_log stderr notice; {{user}}
            events { }
            http { access_log off; server { listen 127.0.0.1:{{port}}; root {{root}}; } }
            """));
        PeerProcess nginx = PeerProcess.Start("nginx", ["-p", root, "-c", configuration, "-e", "stderr"]);
        await nginx.WaitForLineAsync("getrlimit", Limit);
        return nginx;
    }
}
