using System.Globalization;
using System.Text.RegularExpressions;
using Tunic.Tests.Interop.Relays;
using Tunic.Tests.Interop.Support;

namespace Tunic.Tests.Interop.Networks;

/// <summary>Padding of idle links between ours and stock's, as stock's log and counters see it.</summary>
public sealed class ChannelPaddingTests : IDisposable
{
    private const int DumpStatistics = 10; // SIGUSR1
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>Pauses of half a second, so that a test sees several.</summary>
    private static readonly StockTorOptions Options = new()
    {
        InfoLog = true,
        Clients = 0,
        AuthorityLines = ["ConsensusParams nf_ito_low=300 nf_ito_high=900 nf_ito_low_reduced=400 nf_ito_high_reduced=1000"],
    };

    private readonly TestDirectory _directory = new("tunic-client");

    [Fact]
    public async Task Our_client_and_stocks_guards_pad_their_link_and_the_guards_stop_when_asked()
    {
        await using StockTorNetwork network = await StockTorNetwork.StartAsync(Options);
        StockTorNode[] relays = [.. network.Relays, .. network.Exits];

        await using (PeerProcess client = await StartClientAsync(network))
        {
            await Deadline.UntilAsync("a guard pads our client, and sees our padding", Limit, async () =>
                await AnyAsync(relays, "Sending netflow keepalive on") && await CountPaddingAsync(relays) > 3);
        }

        Assert.False(await AnyAsync(relays, "Negotiated padding="));
        await using PeerProcess reduced = await StartClientAsync(network, "ReducedConnectionPadding 1");
        await Deadline.UntilAsync("a guard is asked to stop", Limit, () => AnyAsync(relays, "Negotiated padding=0, lo=300, hi=300"));
        int before = await CountPaddingAsync(relays);
        await Deadline.UntilAsync("the client that saves traffic pads still", Limit, async () => await CountPaddingAsync(relays) > before + 1);
    }

    [Fact]
    public async Task A_stock_client_gets_padding_from_our_guard()
    {
        await using StockTorNetwork network = await StockTorNetwork.StartAsync(Options with { AuthorityLines = [] });
        await using PublishedRelay guard = await PublishedRelay.StartAsync(network, "ours");
        await network.WaitForConsensusWithAsync([guard.Fingerprint]);
        StockTorNode client = network.Add(StockTorRole.Client, "LearnCircuitBuildTimeout 0", "CircuitBuildTimeout 60");
        await client.WaitForBootstrapAsync(Limit);
        await client.WaitUntilItKnowsAsync([guard.Fingerprint], Limit);
        await using TorControl control = await client.ControlAsync();
        await control.BuildCircuitAsync([guard.Fingerprint, network.Relays[0].Fingerprint, network.Exits[0].Fingerprint]);

        await Deadline.UntilAsync("our guard's padding arrives", Limit, async () =>
            guard.Node.Channels.Upkeep!.PaddingSent > 0 && await AnyAsync([client], "Sending netflow keepalive on"));
    }

    public void Dispose() => _directory.Dispose();

    private static async Task<bool> AnyAsync(IEnumerable<StockTorNode> relays, string text)
    {
        string[] logs = await Task.WhenAll(relays.Select(ReadAsync));
        return logs.Any(log => log.Contains(text, StringComparison.Ordinal));
    }

    /// <summary>PADDING cells that these have received by their latest count.</summary>
    private static async Task<int> CountPaddingAsync(IReadOnlyCollection<StockTorNode> nodes)
    {
        foreach (StockTorNode node in nodes)
        {
            node.Process.SendSignal(DumpStatistics);
        }

        string[] logs = await Task.WhenAll(nodes.Select(ReadAsync));
        return logs.Sum(log => Regex.Matches(log, "Cells processed: ([0-9]+) padding") is { Count: > 0 } counts
            ? int.Parse(counts[^1].Groups[1].Value, CultureInfo.InvariantCulture)
            : 0);
    }

    private static async Task<string> ReadAsync(StockTorNode node)
    {
        await using var file = new FileStream(
            Path.Combine(node.DataDirectory, "info.log"), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(file);
        return await reader.ReadToEndAsync();
    }

    private async Task<PeerProcess> StartClientAsync(StockTorNetwork network, params string[] lines)
    {
        PeerProcess client = TunicProgram.StartTor(_directory.FullPath, TunicProgram.ClientLines(network, LoopbackPorts.Take(), lines));
        await client.WaitForLineAsync("Bootstrapped 100%", Limit);
        return client;
    }
}
