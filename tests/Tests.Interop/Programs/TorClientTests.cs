using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Tunic.Tests.Interop.Support;

namespace Tunic.Tests.Interop.Programs;

/// <summary>`tunic tor` as a client among stock relays, driven by curl.</summary>
public sealed class TorClientTests(SharedStockNetwork shared) : IDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(40);
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(10);

    private readonly TestDirectory _directory = new("tunic-client");

    [Fact]
    public async Task Ten_megabytes_go_both_ways_through_the_socks_port_and_the_http_tunnel()
    {
        StockTorNetwork network = await shared.GetAsync();
        int[] ports = LoopbackPorts.Take(2);
        await using LoopbackHttpServer server = LoopbackHttpServer.Start();
        await using PeerProcess tunic = TunicProgram.StartTor(
            _directory.FullPath, TunicProgram.ClientLines(network, ports[0], Line("HTTPTunnelPort", ports[1])));
        await tunic.WaitForLineAsync("Bootstrapped 100% (done): Done", StartLimit);
        byte[] body = LoopbackHttpServer.Content(10_000_000);

        foreach (Curl curl in new[] { Curl.ThroughSocks5(ports[0]), Curl.ThroughHttp(ports[1], tunnel: true) })
        {
            CurlResult page = await curl.GetAsync(server.Url("/bytes/10000000"));
            CurlResult posted = await curl.PostAsync(server.Url("/upload"), body);

            Assert.True(page.HttpStatus == 200, page.Output);
            Assert.Equal(Convert.ToHexString(SHA256.HashData(body)), page.Sha256);
            Assert.True(posted.HttpStatus == 200, posted.Output);
            Assert.Equal(Convert.ToHexString(SHA256.HashData(body)), Encoding.ASCII.GetString(posted.Body));
        }

        tunic.SendSignal(15);
        Assert.Equal(0, await tunic.WaitForExitAsync(EndLimit));
        Assert.Contains(tunic.Lines, line => line.EndsWith("[notice] Catching signal TERM, exiting cleanly.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_notices_of_the_bootstrap_are_stocks()
    {
        StockTorNetwork network = await shared.GetAsync();
        await using PeerProcess tunic = TunicProgram.StartTor(_directory.FullPath, TunicProgram.ClientLines(network, LoopbackPorts.Take()));
        await tunic.WaitForLineAsync("Bootstrapped 100%", StartLimit);

        string[] notices = [.. tunic.Lines.Where(line => line.Contains("Bootstrapped", StringComparison.Ordinal))];

        Assert.All(notices, line => Assert.Matches(@"^[A-Z][a-z]{2} \d\d \d\d:\d\d:\d\d\.\d{3} \[notice\] Bootstrapped \d+% \([a-z_]+\): .+$", line));
        Assert.Contains("0% (starting): Starting", notices[0], StringComparison.Ordinal);
        Assert.Contains(tunic.Lines, line => line.Contains("[notice] Opened Socks listener connection (ready) on 127.0.0.1:", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Killed_without_warning_it_starts_again_from_its_cache()
    {
        StockTorNetwork network = await shared.GetAsync();
        int port = LoopbackPorts.Take();
        await using LoopbackHttpServer server = LoopbackHttpServer.Start();
        string[] lines = TunicProgram.ClientLines(network, port);
        string guards;
        await using (PeerProcess first = TunicProgram.StartTor(_directory.FullPath, lines))
        {
            await first.WaitForLineAsync("Bootstrapped 100%", StartLimit);
            await first.StopAsync();
            guards = GuardIdentities();
        }

        await using (PeerProcess second = TunicProgram.StartTor(_directory.FullPath, lines))
        {
            await second.WaitForLineAsync("Bootstrapped 100%", StartLimit);
            await second.KillAsync();
        }

        await using PeerProcess third = TunicProgram.StartTor(_directory.FullPath, lines);
        await third.WaitForLineAsync("Bootstrapped 100%", StartLimit);
        CurlResult page = await Curl.ThroughSocks5(port).GetAsync(server.Url("/bytes/1000"));

        Assert.True(page.HttpStatus == 200, page.Output);
        Assert.Equal(guards, GuardIdentities());
        Assert.DoesNotContain(third.Lines, line => line.Contains("[warn] cached", StringComparison.Ordinal));
        Assert.DoesNotContain(third.Lines, line => line.Contains("(requesting_status)", StringComparison.Ordinal)); // nothing of the directory was fetched
    }

    public void Dispose() => _directory.Dispose();

    private static string Line(string name, int port) => string.Create(CultureInfo.InvariantCulture, $"{name} {port}");

    private string GuardIdentities() => string.Join(' ', File.ReadAllLines(Path.Combine(_directory.FullPath, "data", "state"))
        .Where(line => line.StartsWith("Guard ", StringComparison.Ordinal))
        .Select(line => line.Split(' ').First(word => word.StartsWith("rsa_id=", StringComparison.Ordinal)))
        .Order());
}
