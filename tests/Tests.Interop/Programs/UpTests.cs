using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Tunic.Tests.Interop.Support;

namespace Tunic.Tests.Interop.Programs;

/// <summary>`tunic up`: a whole network of our own programs.</summary>
public sealed class UpTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(300);

    /// <summary>Of a run that takes a third of it on an idle machine; this one may be busy.</summary>
    private static readonly TimeSpan BusyLimit = TimeSpan.FromSeconds(90);

    private readonly TestDirectory _directory = new("tunic-up");

    [Fact]
    public async Task Shown_once_it_fetches_the_page_through_three_relays_and_reports_what_each_hop_saw()
    {
        await using PeerProcess up = Start("--once", "--json");

        int code = await up.WaitForExitAsync(Limit);

        string output = string.Join('\n', up.Lines);
        Assert.True(code == 0, output);
        using JsonDocument report = JsonDocument.Parse(output[output.IndexOf('{', StringComparison.Ordinal)..(output.LastIndexOf('}') + 1)]);
        JsonElement fetch = report.RootElement.GetProperty("fetch");
        Assert.Equal(200, fetch.GetProperty("status").GetInt32());
        Assert.Equal(3, fetch.GetProperty("route").GetArrayLength());
        JsonElement[] sights = [.. report.RootElement.GetProperty("proof").EnumerateArray()];
        Assert.Equal(["client", "guard", "middle", "exit", "page"], sights.Select(sight => sight.GetProperty("role").GetString()));
        string[] clientDoesNotSee = [.. sights[0].GetProperty("does_not_see").EnumerateArray().Select(name => name.GetString()!)];
        Assert.Contains("page", clientDoesNotSee);
        string[] pageSees = [.. sights[4].GetProperty("sees").EnumerateArray().Select(name => name.GetString()!)];
        Assert.Equal([sights[3].GetProperty("name").GetString()!], pageSees);
    }

    [Fact]
    public async Task It_stays_up_for_curl_on_both_ports_and_an_interrupt_ends_every_process()
    {
        int[] ports = LoopbackPorts.Take(2);
        await using PeerProcess up = Start(ports);
        string hint = await up.WaitForLineAsync("curl --proxy", Limit);
        string url = hint.Split(' ')[^1];

        CurlResult socks = await Curl.ThroughSocks5(ports[0]).GetAsync(url);
        CurlResult http = await Curl.ThroughHttp(ports[1], tunnel: false).GetAsync(url);
        up.SendSignal(2);

        Assert.True(socks.HttpStatus == 200, socks.Output);
        Assert.True(http.HttpStatus == 200, http.Output);
        Assert.Equal(0, await up.WaitForExitAsync(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task A_second_run_has_the_same_keys_and_ports_and_does_not_wait_for_a_first_vote()
    {
        TimeSpan first = await RunOnceAsync();
        string ports = await File.ReadAllTextAsync(Path.Combine(_directory.FullPath, "ports"));
        string key = await File.ReadAllTextAsync(Path.Combine(_directory.FullPath, "relay1", "fingerprint"));
        TimeSpan second = await RunOnceAsync();

        Assert.Equal(ports, await File.ReadAllTextAsync(Path.Combine(_directory.FullPath, "ports")));
        Assert.Equal(key, await File.ReadAllTextAsync(Path.Combine(_directory.FullPath, "relay1", "fingerprint")));
        Print($"first run {first.TotalSeconds:0.0} s, second run {second.TotalSeconds:0.0} s (to be under 30 s on an idle machine)");
        Assert.True(second < BusyLimit, $"second run: {second}");
    }

    [Fact]
    public async Task Three_authorities_and_nine_relays_come_up()
    {
        TimeSpan all = await RunOnceAsync("--authorities", "3", "--relays", "6", "--exits", "3");

        Print($"12 nodes and a page in {all.TotalSeconds:0.0} s (to be under 30 s on an idle machine)");
        Assert.True(all < BusyLimit, $"12 nodes: {all}");
    }

    [Fact]
    public async Task Its_exits_reach_the_page_and_no_other_port_or_address_of_this_machine()
    {
        int[] ports = LoopbackPorts.Take(2);
        await using LoopbackHttpServer other = LoopbackHttpServer.Start();
        await using PeerProcess up = Start(ports);
        Uri page = new((await up.WaitForLineAsync("curl --proxy", Limit)).Split(' ')[^1]);

        foreach ((string host, int port) in new[] { ("127.0.0.1", other.Port), ("localhost", other.Port), ("127.0.0.2", page.Port), ("0.0.0.0", page.Port), ("127.0.0.1", ports[0]) })
        {
            Assert.NotEqual(0, await SocksQuestion.ConnectAsync(ports[0], host, port));
            CurlResult served = await Curl.ThroughSocks5(ports[0]).GetAsync(page.ToString());
            Assert.True(served.HttpStatus == 200, served.Output);
        }

        up.SendSignal(2);
        await up.WaitForExitAsync(Limit); // its processes write into the directory until they end
        Assert.Equal(0, other.Requests);
    }

    public void Dispose() => _directory.Dispose();

    private async Task<TimeSpan> RunOnceAsync(params string[] arguments)
    {
        var clock = Stopwatch.StartNew();
        await using PeerProcess up = Start(["--once", .. arguments]);
        int code = await up.WaitForExitAsync(Limit);
        Assert.True(code == 0, string.Join('\n', up.Lines));
        return clock.Elapsed;
    }

    private static void Print(FormattableString text) => TestContext.Current.TestOutputHelper?.WriteLine(text.ToString(CultureInfo.InvariantCulture));

    private PeerProcess Start(params string[] arguments) => TunicProgram.Start(
        ["up", "--data", _directory.FullPath, "--socks-port", "0", "--http-port", "0", .. arguments]);

    private PeerProcess Start(int[] ports) => TunicProgram.Start(
        ["up", "--data", _directory.FullPath, "--socks-port", Text(ports[0]), "--http-port", Text(ports[1])]);

    private static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);
}
