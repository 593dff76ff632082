using Tunic.Tests.Interop.Support;
using Tunic.Tests.Repository;
using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.RelayMessages;

namespace Tunic.Tests.Interop.Malformed;

/// <summary>The seeds that fuzz targets take from links of stock tor: Vectors/StockLink. Set TUNIC_WRITE_VECTORS to write them anew.</summary>
public sealed class StockLinkCapture(MalformedPeers peers) : IClassFixture<MalformedPeers>
{
    private const ushort Stream = 5;

    [Fact(Explicit = true)]
    public async Task Stock_says_on_links_what_was_captured_and_nothing_of_another_kind()
    {
        var relay = new LinkCapture("relay");
        await CaptureRelayAsync(relay);
        var client = new LinkCapture("client");
        await CaptureClientAsync(client);

        string[] lines = [.. relay.Lines, .. client.Lines];
        string path = RepositoryFiles.Path("tests/Tests/Vectors/StockLink/cells.txt");
        if (Environment.GetEnvironmentVariable("TUNIC_WRITE_VECTORS") is not null)
        {
            await File.WriteAllLinesAsync(path, lines);
        }

        Assert.Equal(Kinds(await File.ReadAllLinesAsync(path)), Kinds(lines));
    }

    private static IEnumerable<string> Kinds(IEnumerable<string> lines) => lines.Select(line => line[..line.LastIndexOf(' ')]).Distinct().Order();

    /// <summary>All that a guard and an exit say to a client: streams to a page, to nowhere and to the directory, lookups, a hop that is not there.</summary>
    private async Task CaptureRelayAsync(LinkCapture capture)
    {
        await using RawLink link = await RawLink.ConnectAsync(peers.Guard.Specifiers.IPv4!.Port);
        link.Capture = capture;
        await link.SendVersionsAsync(3, 4, 5);
        await link.SendNetInfoAsync();
        RawPath path = await RawPath.CreateAsync(link);
        await path.ExtendAsync(peers.Stock);
        await path.SendAsync(RelayCommand.Begin, Stream, new Begin("127.0.0.1", (ushort)peers.Server.Port).Encode());
        await path.SendAsync(RelayCommand.Data, Stream, "GET / HTTP/1.0\r\n\r\n"u8.ToArray());
        await path.WaitForAnswersAsync(3);
        await path.AskAsync(RelayCommand.Begin, Stream + 1, new Begin("127.0.0.1", SharedStockNetwork.RefusedPort).Encode());
        await path.SendAsync(RelayCommand.BeginDir, Stream + 2, []);
        await path.SendAsync(RelayCommand.Data, Stream + 2, "GET /tor/status-vote/current/consensus-microdesc HTTP/1.0\r\n\r\n"u8.ToArray());
        await path.SendAsync(RelayCommand.Resolve, Stream + 3, new Resolve("name.invalid").Encode());
        await path.SettleAsync();
        byte[] unanswerable = new Extend2(peers.Guard.Specifiers, new Create2(HandshakeType.Ntor, new byte[84])).Encode();
        await path.SendAsync(RelayCommand.Extend2, 0, unanswerable, CellCommand.RelayEarly);
        await link.FinishAsync();
    }

    private static async Task CaptureClientAsync(LinkCapture capture)
    {
        await using StockTorNetwork network = await StockTorNetwork.StartAsync(new StockTorOptions { Authorities = 0, Relays = 0, Exits = 0, Clients = 0 });
        HostileRelayCase honest = new("nothing wrong", "nothing", HostileRelayStage.Stream, _ => Task.CompletedTask);
        await using var directory = new HostileRelay(new HostileIdentities(), honest) { Capture = capture };
        StockTorNode client = network.Add(StockTorRole.Client, directory.TorrcLines);
        await directory.TellAsync(client.Process);
    }
}
