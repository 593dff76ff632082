using Tunic.Tor.Client.ControlPort;

namespace Tunic.Tests.Tor.Client.ControlPort;

/// <summary>What GETINFO and GETCONF answer of a client that runs.</summary>
public sealed class ControlInformationTests(ControlledNetwork network) : IClassFixture<ControlledNetwork>
{
    /// <summary>The keys that nyx, stem and OnionShare ask for, with the first words of the answer; an empty one for what differs.</summary>
    public static TheoryData<string, string> Keys => new()
    {
        { "version", "0.4.9.11 (Test)" },
        { "onions/current", "" },
        { "onions/detached", "" },
        { "config-file", "/" },
        { "config-text", "" },
        { "config/names", "" },
        { "info/names", "" },
        { "events/names", "CIRC CIRC_MINOR STREAM " },
        { "features/names", "VERBOSE_NAMES EXTENDED_EVENTS" },
        { "signal/names", "RELOAD HUP " },
        { "status/version/current", "none recommended" },
        { "status/clients-seen", "TimeStarted=" },
        { "status/bootstrap-phase", "NOTICE BOOTSTRAP PROGRESS=100 TAG=done SUMMARY=\"Done\"" },
        { "status/circuit-established", "1" },
        { "status/enough-dir-info", "1" },
        { "traffic/read", "" },
        { "traffic/written", "" },
        { "bw-event-cache", "" },
        { "circuit-status", "" },
        { "stream-status", "" },
        { "orconn-status", "" },
        { "entry-guards", "" },
        { "network-liveness", "up" },
        { "ns/all", "" },
        { "process/pid", "" },
        { "process/uid", "" },
        { "process/user", "" },
        { "process/descriptor-limit", "" },
        { "net/listeners/or", "" },
        { "net/listeners/dir", "" },
        { "net/listeners/socks", "\"127.0.0.1:9050\" \"unix:/x\"" },
        { "net/listeners/control", "" },
        { "exit-policy/default", "reject *:25," },
        { "accounting/enabled", "0" },
        { "address-mappings/all", "" },
        { "consensus/valid-after", "2" },
        { "consensus/fresh-until", "2" },
        { "consensus/valid-until", "2" },
        { "dir/status-vote/current/consensus-microdesc", "" },
        { "dormant", "0" },
        { "uptime", "" },
        { "limits/max-mem-in-queues", "1000000" },
        { "ip-to-country/ipv4-available", "0" },
    };

    [Fact]
    public async Task Every_key_that_the_usual_programs_ask_for_has_an_answer()
    {
        await using ControlledClient client = await network.ControlAsync();
        await using Controller controller = await RunAsync(client);
        foreach ((string key, string beginning) in Keys.Select(row => row.Data))
        {
            string answer = await controller.AskAsync($"GETINFO {key}");

            Assert.True(answer.StartsWith($"250-{key}={beginning}", StringComparison.Ordinal) || answer.StartsWith($"250+{key}=\n", StringComparison.Ordinal), answer);
            Assert.EndsWith("\n250 OK", answer, StringComparison.Ordinal);
        }

        string relay = network.Relays[0].Identity.ToString();
        Assert.Contains("\nr ", await controller.AskAsync($"GETINFO ns/id/{relay}"), StringComparison.Ordinal);
        Assert.Contains("\nonion-key", await controller.AskAsync($"GETINFO md/id/{relay}"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("address", "551 Address unknown")]
    [InlineData("fingerprint", "551 Not running in server mode")]
    [InlineData("exit-policy/full", "552 Not running in server mode")]
    [InlineData("ip-to-country/192.0.2.1", "551 GeoIP data not loaded")]
    [InlineData("nonsense", "552 Unrecognized key \"nonsense\"")]
    [InlineData("VERSION", "552 Unrecognized key \"VERSION\"")]
    [InlineData("net/listeners/nonsense", "552 Unrecognized key \"net/listeners/nonsense\"")]
    [InlineData("ns/id/nonsense", "551 Data not decodeable as hex")]
    [InlineData("version nonsense stranger", "552-Unrecognized key \"nonsense\"\n552 Unrecognized key \"stranger\"")]
    public async Task A_client_says_what_it_cannot_tell_as_stock_does(string keys, string answer)
    {
        await using ControlledClient client = await network.ControlAsync();
        await using Controller controller = await RunAsync(client);

        Assert.Equal(answer, await controller.AskAsync($"GETINFO {keys}"));
    }

    [Fact]
    public async Task A_relay_tells_who_it_is_and_where_it_lets_out()
    {
        await using ControlledClient client = await network.ControlAsync();
        await using Controller controller = await client.EnterAsync();
        client.Process.Relay = new ControlRelayFacts(new string('A', 40), "192.0.2.1", ["accept *:80", "reject6 [::]/0:*", "reject *:*"]);

        Assert.Equal(
            $"250-fingerprint={new string('A', 40)}\n250-address=192.0.2.1\n250-address/v4=192.0.2.1\n250 OK",
            await controller.AskAsync("GETINFO fingerprint address address/v4"));
        Assert.Equal("250+exit-policy/full=\naccept *:80\nreject6 [::]/0:*\nreject *:*\n.\n250 OK", await controller.AskAsync("GETINFO exit-policy/full"));
        Assert.Equal("250+exit-policy/ipv4=\naccept *:80\nreject *:*\n.\n250 OK", await controller.AskAsync("GETINFO exit-policy/ipv4"));
    }

    [Fact]
    public async Task Every_key_that_is_listed_is_known()
    {
        await using ControlledClient client = await network.ControlAsync();
        await using Controller controller = await RunAsync(client);
        string[] names = [.. (await controller.AskAsync("GETINFO info/names")).Split('\n')[1..^2].Select(line => line.Split(' ')[0])];

        Assert.InRange(names.Length, 70, 200);
        foreach (string name in names.Where(name => !name.EndsWith('*')))
        {
            Assert.DoesNotContain("Unrecognized", await controller.AskAsync($"GETINFO {name}"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Before_the_directory_is_there_the_same_keys_are_answered()
    {
        await using ControlledClient client = await network.ControlAsync();
        await using Controller controller = await client.EnterAsync();

        foreach (string key in Keys.Select(row => row.Data.Item1).Where(key => !key.StartsWith("dir/", StringComparison.Ordinal)))
        {
            Assert.StartsWith("250", await controller.AskAsync($"GETINFO {key}"), StringComparison.Ordinal);
        }
    }

    private static async Task<Controller> RunAsync(ControlledClient client)
    {
        client.Client.Start();
        await client.Client.Bootstrapped.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        return await client.EnterAsync();
    }
}
