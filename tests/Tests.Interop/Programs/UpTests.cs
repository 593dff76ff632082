using System.Globalization;
using System.Text.Json;
using Tunic.Tests.Interop.Support;

namespace Tunic.Tests.Interop.Programs;

/// <summary>`tunic up`: a whole network of our own programs.</summary>
public sealed class UpTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

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

    public void Dispose() => _directory.Dispose();

    private PeerProcess Start(params string[] arguments) => TunicProgram.Start(
        ["up", "--data", _directory.FullPath, "--socks-port", "0", "--http-port", "0", .. arguments]);

    private PeerProcess Start(int[] ports) => TunicProgram.Start(
        ["up", "--data", _directory.FullPath, "--socks-port", Text(ports[0]), "--http-port", Text(ports[1])]);

    private static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);
}
