using System.Globalization;
using Tunic.Tests.Interop.Support;

namespace Tunic.Tests.Interop.Networks;

/// <summary>What a client and an exit write down of what they are used for (SafeLogging), at the log's most talkative level.</summary>
public sealed class SafeLoggingTests : IDisposable
{
    private const string User = "recognisable-user";
    private const string Password = "recognisable-password";
    private const string Missing = "recognisable-name.tunic.invalid";
    private const string Unreachable = "127.66.77.88";
    private const string Onion = "recognisableonionaddressxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx.onion";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    private readonly TestDirectory _directory = new("tunic-logs");

    [Fact]
    public async Task Logs_name_targets_and_addresses_only_where_redaction_is_off_and_secrets_never()
    {
        await using TunicTorNetwork network = await TunicTorNetwork.StartAsync(new TunicTorOptions { Relays = 3, Exits = 1 });
        TunicTorNode client = network.AddClient("Log notice stdout");
        await client.WaitForBootstrapAsync(Limit);
        await using LoopbackHttpServer server = LoopbackHttpServer.Start();
        string[] secrets = [User, Password, "recognisable-path", .. ReadKeys(network)];

        foreach ((string setting, bool clientTells, bool exitTells) in new[] { ("1", false, false), ("relay", true, false), ("0", true, true) })
        {
            string clientLog = Path.Combine(_directory.Make($"client-{setting}"), "debug.log");
            string exitLog = Path.Combine(_directory.Make($"exit-{setting}"), "debug.log");
            await client.ReloadAsync(clientLog, Limit, $"SafeLogging {setting}");
            await network.Exits[0].ReloadAsync(exitLog, Limit, $"SafeLogging {setting}");

            await UseAsync(client, server);

            await AssertTellsAsync(clientLog, clientTells, secrets, server.Port);
            await AssertTellsAsync(exitLog, exitTells, secrets, server.Port);
        }
    }

    public void Dispose() => _directory.Dispose();

    /// <summary>A page, and targets that fail, of which there is something to be told.</summary>
    private static async Task UseAsync(TunicTorNode client, LoopbackHttpServer server)
    {
        var curl = Curl.ThroughSocks5(client.SocksPort, User, Password);
        CurlResult page = await curl.GetAsync(server.Url("/recognisable-path"));
        Assert.True(page.HttpStatus == 404, page.Output);
        foreach (string url in new[] { $"http://{Unreachable}:1/", $"http://{Missing}/", $"http://{Onion}/" })
        {
            Assert.Equal(0, (await curl.GetAsync(url)).HttpStatus);
        }
    }

    private static async Task AssertTellsAsync(string log, bool tells, string[] secrets, int port)
    {
        string text = await File.ReadAllTextAsync(log);
        Assert.All(secrets, secret => Assert.DoesNotContain(secret, text, StringComparison.OrdinalIgnoreCase));
        if (tells)
        {
            Assert.Contains(Unreachable, text, StringComparison.Ordinal);
            Assert.Contains(Missing, text, StringComparison.Ordinal);
            return;
        }

        string[] targets = [Missing, Unreachable, string.Create(CultureInfo.InvariantCulture, $":{port}"), "recognisableonion"];
        Assert.All(targets, target => Assert.DoesNotContain(target, text, StringComparison.OrdinalIgnoreCase));
        Assert.Contains("[redacted]", text, StringComparison.Ordinal); // there was something to be told
    }

    /// <summary>The private keys of the exit, in the forms in which a program writes bytes.</summary>
    private static IReadOnlyList<string> ReadKeys(TunicTorNetwork network)
    {
        string[] files =
        [
            .. Directory.EnumerateFiles(Path.Combine(network.Exits[0].DataDirectory, "keys"))
                .Where(file => Path.GetFileName(file).Contains("secret", StringComparison.Ordinal)),
        ];
        Assert.NotEmpty(files);
        return [.. files.Select(file => File.ReadAllBytes(file)[^32..]).SelectMany(key => new[] { Convert.ToHexString(key), Convert.ToBase64String(key)[..32] })];
    }
}
