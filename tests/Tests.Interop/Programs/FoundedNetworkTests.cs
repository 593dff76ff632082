using System.Globalization;
using System.Text.Json;
using Tunic.Tests.Interop.Support;

namespace Tunic.Tests.Interop.Programs;

/// <summary>A network founded with `tunic authority`, joined by relays and a client that have nothing but its file.</summary>
public sealed class FoundedNetworkTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    private readonly TestDirectory _directory = new("tunic-founded");

    [Fact]
    public async Task Relays_and_a_client_join_by_the_file_a_page_comes_through_and_a_probe_finds_who_is_alive()
    {
        await using LoopbackHttpServer server = LoopbackHttpServer.Start();
        int[] ports = LoopbackPorts.Take(6);
        await using PeerProcess authority = FoundedNetwork.StartAuthority(_directory.Make("authority"), ports[0], ports[1]);
        string file = (await authority.WaitForLineAsync("Others join with", Limit)).Split(' ')[^1];
        byte[] founded = await File.ReadAllBytesAsync(file.Split('#')[0]);
        server.Files["club"] = founded;
        string url = server.Url("/files/club");
        string fingerprint = await AssertNeedsFingerprintAsync(url);
        var relays = new List<PeerProcess>();
        try
        {
            foreach (int number in Enumerable.Range(1, 4))
            {
                string[] exit = number == 4 ? ["--exit-policy", $"accept 127.0.0.1:{Text(server.Port)},accept *:*"] : [];
                relays.Add(FoundedNetwork.StartRelay(
                    _directory.Make($"relay{Text(number)}"), number == 1 ? $"{url}#{fingerprint}" : file, number, ports[number + 1], exit));
            }

            await Task.WhenAll(relays.Select(relay => relay.WaitForLineAsync("Bootstrapped 100%", Limit)));
            await using PeerProcess fetch = TunicProgram.Start(
                "fetch", server.Url("/bytes/100000"), "--json", "--data", _directory.Make("client"), "--join", url, "--accept", fingerprint, "--time-limit", "60");

            int code = await fetch.WaitForExitAsync(Limit);

            string output = string.Join('\n', fetch.Lines);
            Assert.True(code == 0, output);
            using JsonDocument report = JsonDocument.Parse(output[output.IndexOf('{', StringComparison.Ordinal)..(output.LastIndexOf('}') + 1)]);
            Assert.Contains(fetch.Lines, line => line.EndsWith("  the client has bootstrapped", StringComparison.Ordinal));
            Assert.Equal(100_000, report.RootElement.GetProperty("bytes").GetInt64());
            Assert.Equal("relay4", report.RootElement.GetProperty("route")[2].GetProperty("nickname").GetString());

            await relays[3].KillAsync();
            Assert.Equal(["authority1", "relay1", "relay2", "relay3"], await ProbeAsync());
        }
        finally
        {
            foreach (PeerProcess relay in relays)
            {
                await relay.DisposeAsync();
            }
        }
    }

    /// <summary>The nicknames of those that answer.</summary>
    private async Task<string[]> ProbeAsync()
    {
        string output = await PeerProcess.RunAsync(
            TunicProgram.ExecutablePath, ["relays", "--probe", "--json", "--data", Path.Combine(_directory.FullPath, "client"), "--network", "club"], Limit);
        using JsonDocument list = JsonDocument.Parse(output[output.IndexOf('[', StringComparison.Ordinal)..(output.LastIndexOf(']') + 1)]);
        Assert.InRange(list.RootElement.GetArrayLength(), 4, 5); // the next consensus leaves out the one that ended
        return [.. list.RootElement.EnumerateArray()
            .Where(relay => relay.GetProperty("live").GetBoolean())
            .Select(relay => relay.GetProperty("nickname").GetString()!)];
    }

    public void Dispose() => _directory.Dispose();

    /// <summary>From the network the file is taken only with its fingerprint, which is shown; a wrong one is refused.</summary>
    private async Task<string> AssertNeedsFingerprintAsync(string url)
    {
        string asked = await AssertRefusedAsync(url);
        string fingerprint = asked.Split("--accept ")[1].Split(' ', '\n')[0].Trim();
        Assert.Equal(64, fingerprint.Length);
        string other = new('0', 64);
        Assert.Contains("signed by", await AssertRefusedAsync($"{url}#{other}"), StringComparison.Ordinal);
        Assert.Contains("signed by", await AssertRefusedAsync(url, "--accept", other), StringComparison.Ordinal);
        Assert.Contains("404", await AssertRefusedAsync($"{url}-not-there#{fingerprint}"), StringComparison.Ordinal);
        return fingerprint;
    }

    private async Task<string> AssertRefusedAsync(string source, params string[] arguments)
    {
        await using PeerProcess fetch = TunicProgram.Start(
            ["fetch", "http://127.0.0.1:1/", "--data", _directory.Make("refused"), "--join", source, "--time-limit", "30", .. arguments]);
        Assert.Equal(1, await fetch.WaitForExitAsync(Limit));
        return string.Join('\n', fetch.Lines);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
