using System.Text.Json;
using Tunic.Tests.Interop.Support;

namespace Tunic.Tests.Interop.ControlPorts;

/// <summary>onionshare-cli shares a file through our control port, and a stock client fetches it.</summary>
public sealed class OnionShareTests(ControlledClient ours) : IClassFixture<ControlledClient>
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    [Fact]
    public async Task A_file_that_onionshare_shares_is_fetched_by_a_stock_client()
    {
        using var directory = new TestDirectory("onionshare");
        byte[] content = LoopbackHttpServer.Content(1 << 20);
        string file = Path.Combine(directory.FullPath, "shared.bin");
        await File.WriteAllBytesAsync(file, content, TestContext.Current.CancellationToken);
        string settings = Path.Combine(directory.FullPath, "settings.json");
        await File.WriteAllTextAsync(settings, JsonSerializer.Serialize(new Dictionary<string, object>
        {
            ["connection_type"] = "control_port",
            ["control_port_address"] = "127.0.0.1",
            ["control_port_port"] = ours.ControlPort,
            ["socks_address"] = "127.0.0.1",
            ["socks_port"] = ours.SocksPort,
            ["auth_type"] = "no_auth",
        }), TestContext.Current.CancellationToken);
        await using PeerProcess onionShare = PeerProcess.Start(
            "onionshare-cli",
            ["--config", settings, "--public", "--no-autostop-sharing", file],
            environment: new Dictionary<string, string> { ["HOME"] = directory.FullPath, ["PYTHONUNBUFFERED"] = "1" });

        string url = (await onionShare.WaitForLineAsync(".onion", Limit)).Trim();
        CurlResult? fetched = null;
        Curl curl = Curl.ThroughSocks5(ours.Network.Clients[0].SocksPort, "onionshare", limit: TimeSpan.FromSeconds(30));
        await Deadline.UntilAsync("the file", Limit, async () =>
        {
            fetched = await curl.GetAsync($"{url}/download");
            return fetched.HttpStatus == 200;
        });

        Assert.Equal(content, fetched!.Body);
    }
}
